using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal.Policies;

namespace PerfKit.RateLimit.Tests.Policies;

/// <summary>Policies that are spent together or not at all.</summary>
public sealed class JointTests
{
    private static readonly LimitKey Key = LimitKey.Of("acme");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void All_are_spent_when_all_admit()
    {
        var (minute, day) = (Timed("minute", 5), Timed("day", 10));
        var decisions = new RateLimitDecision[2];

        RateLimitPolicy.TryAcquire([new(minute, Key, 2), new(day, Key, 3)], decisions, out var held).Should().BeTrue();

        held.Should().BeNull("permits of time are spent for good");
        decisions.Select(static it => it.Remaining).Should().Equal(3, 7);
        Counts(minute).Should().Be((1, 0, 0));
        Counts(day).Should().Be((1, 0, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void None_is_spent_when_one_refuses_wherever_it_stands(bool isFirst)
    {
        var (plenty, empty) = (Timed("plenty", 10), Timed("empty", 1));
        empty.Acquire(Key, 1, out _);
        RateLimitRequest[] requests = isFirst
            ? [new(empty, Key), new(plenty, Key)]
            : [new(plenty, Key), new(empty, Key)];
        var decisions = new RateLimitDecision[2];

        RateLimitPolicy.TryAcquire(requests, decisions, out _).Should().BeFalse();

        decisions[isFirst ? 0 : 1].IsAdmitted.Should().BeFalse();
        decisions[isFirst ? 1 : 0].Should().Be(new RateLimitDecision(true, 10, TimeSpan.Zero, TimeSpan.Zero));
        plenty.Acquire(Key, 0, out _).Remaining.Should().Be(10);
        Counts(empty).Should().Be((1, 1, 0));
    }

    [Fact]
    public void The_same_policy_twice_is_spent_twice_or_not_at_all()
    {
        var policy = Timed("policy", 3);
        var decisions = new RateLimitDecision[2];

        RateLimitPolicy.TryAcquire([new(policy, Key, 2), new(policy, Key, 2)], decisions, out _).Should().BeFalse();
        policy.Acquire(Key, 0, out _).Remaining.Should().Be(3, "the first is given back when the second finds nothing");
        RateLimitPolicy.TryAcquire([new(policy, Key, 2), new(policy, Key, 1)], decisions, out _).Should().BeTrue();
        policy.Acquire(Key, 0, out _).Remaining.Should().Be(0);
    }

    [Fact]
    public void A_policy_in_shadow_mode_has_no_say_and_sees_only_what_is_admitted()
    {
        var (limit, tried) = (Timed("limit", 3), Timed("tried", 1, static o => o.Shadow = true));
        var decisions = new RateLimitDecision[2];
        RateLimitRequest[] requests = [new(tried, Key), new(limit, Key)];

        for (var i = 0; i < 5; i++)
        {
            RateLimitPolicy.TryAcquire(requests, decisions, out _).Should().Be(i < 3);
            decisions[0].IsAdmitted.Should().BeTrue();
        }

        Counts(limit).Should().Be((3, 2, 0));
        Counts(tried).Should().Be((1, 0, 2));
    }

    [Fact]
    public void Held_permits_of_all_are_given_back_once()
    {
        var (one, other, rate) = (Held("one"), Held("other"), Timed("rate", 5));
        var decisions = new RateLimitDecision[3];
        RateLimitRequest[] requests = [new(one, Key), new(rate, Key), new(other, Key)];

        RateLimitPolicy.TryAcquire(requests, decisions, out var held).Should().BeTrue();
        RateLimitPolicy.TryAcquire(requests, decisions, out _).Should().BeFalse();
        decisions[0].RetryAfter.Should().Be(Timeout.InfiniteTimeSpan);
        held!.Dispose();
        held.Dispose();

        one.Acquire(Key, 0, out _).Remaining.Should().Be(1);
        other.Acquire(Key, 0, out _).Remaining.Should().Be(1);
        rate.Acquire(Key, 0, out _).Remaining.Should().Be(4);
    }

    [Fact]
    public async Task Waiting_spends_the_others_first_and_gives_them_back_when_it_is_ended()
    {
        var (queue, rate) = (Held("queue", static o => o.QueueLimit = 1), Timed("rate", 5));
        RateLimitRequest[] requests = [new(queue, Key), new(rate, Key)];
        var decisions = new RateLimitDecision[2];
        using var first = await AcquireAsync(requests, decisions);
        using var goesAway = new CancellationTokenSource();

        var waiting = RateLimitPolicy.AcquireAsync(requests, decisions, goesAway.Token).AsTask();
        rate.Acquire(Key, 0, out _).Remaining.Should().Be(3);
        await goesAway.CancelAsync();

        await waiting.Invoking(static it => it).Should().ThrowAsync<OperationCanceledException>();
        rate.Acquire(Key, 0, out _).Remaining.Should().Be(4);
        queue.Counts.Queued.Value.Should().Be(1);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_the_others_have_lost_nothing()
    {
        var (queue, rate) = (Held("queue", static o => o.QueueLimit = 1), Timed("rate", 5));
        RateLimitRequest[] requests = [new(queue, Key), new(rate, Key)];
        using var first = await AcquireAsync(requests, new RateLimitDecision[2]);
        var waiting = AcquireAsync(requests, new RateLimitDecision[2]).AsTask();
        var decisions = new RateLimitDecision[2];

        using var refused = await AcquireAsync(requests, decisions);

        refused.IsAcquired.Should().BeFalse();
        decisions.Select(static it => it.IsAdmitted).Should().Equal(false, true);
        decisions[1].Remaining.Should().Be(3, "what it had spent for this one is given back");
        rate.Acquire(Key, 0, out _).Remaining.Should().Be(3);
        Counts(queue).Should().Be((1, 1, 0));
        first.Dispose();
        using var second = await waiting;
        second.IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task What_does_not_wait_refuses_before_a_queue_is_stood_in()
    {
        var (queue, rate) = (Held("queue", static o => o.QueueLimit = 1), Timed("rate", 1));
        RateLimitRequest[] requests = [new(queue, Key), new(rate, Key)];
        using var first = await AcquireAsync(requests, new RateLimitDecision[2]);
        var decisions = new RateLimitDecision[2];

        using var refused = await AcquireAsync(requests, decisions);

        refused.IsAcquired.Should().BeFalse();
        refused.TryGetMetadata(MetadataName.RetryAfter, out var wait).Should().BeTrue();
        wait.Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromSeconds(36));
        queue.Counts.Queued.Value.Should().Be(0);
        decisions.Select(static it => it.IsAdmitted).Should().Equal(true, false);
    }

    [Fact]
    public async Task Queues_are_stood_in_in_one_order_so_nobody_holds_what_another_waits_for()
    {
        var (a, b) = (Held("a", static o => o.QueueLimit = 50), Held("b", static o => o.QueueLimit = 50));
        var leases = Enumerable
            .Range(0, 40)
            .Select(i => i % 2 == 0 ? new RateLimitRequest[] { new(a, Key), new(b, Key) } : [new(b, Key), new(a, Key)])
            .Select(it => UseAsync(it))
            .ToList();

        await Task.WhenAll(leases).WaitAsync(TimeSpan.FromSeconds(30));

        a.Acquire(Key, 0, out _).Remaining.Should().Be(1);
        b.Acquire(Key, 0, out _).Remaining.Should().Be(1);

        static async Task UseAsync(RateLimitRequest[] requests)
        {
            using var lease = await AcquireAsync(requests, new RateLimitDecision[2]);
            lease.IsAcquired.Should().BeTrue();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_shared_limit_that_falls_while_more_is_asked_for_gives_or_refuses_but_never_fails()
    {
        using var limit = new SharedPolicyLimit(Options(10), _clock);
        var isDone = false;
        var changes = Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref isDone); i++)
            {
                limit.TryChange(Options(i % 2 == 0 ? 1 : 10));
            }
        });

        for (var i = 0; i < 1_000_000; i++)
        {
            (await limit.WaitAsync(Key, 10, CancellationToken.None)).Dispose();
        }

        Volatile.Write(ref isDone, true);
        await changes;

        static RateLimitPolicyOptions Options(int permits) =>
            new()
            {
                Permits = permits,
                Period = TimeSpan.FromHours(1),
                Shared = true,
            };
    }

    [Fact]
    public void What_is_shown_of_a_policy_decides_nothing()
    {
        var options = new RateLimitPolicyOptions { Permits = 1, Period = TimeSpan.FromHours(1) };
        var policy = new RateLimitPolicy("reads", options, maxKeys: 100, _clock);
        policy.Acquire(Key, 1, out _);

        foreach (var shown in new[] { options, policy.Options })
        {
            (shown.Permits, shown.Shadow) = (0, true);
        }

        policy.Acquire(Key, 1, out _).IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public void Threads_that_meet_at_two_policies_spend_of_both_or_of_neither()
    {
        var (wide, narrow) = (Timed("wide", 100_000), Timed("narrow", 30_000));
        var admitted = 0;

        Hammer
            .Start(
                threads: 4,
                seed: 1,
                _ =>
                {
                    Span<RateLimitDecision> decisions = new RateLimitDecision[2];
                    for (var i = 0; i < 20_000; i++)
                    {
                        if (RateLimitPolicy.TryAcquire([new(wide, Key), new(narrow, Key)], decisions, out var _))
                        {
                            Interlocked.Increment(ref admitted);
                        }
                    }
                }
            )
            .Join();

        admitted.Should().Be(30_000);
        wide.Acquire(Key, 0, out var _).Remaining.Should().Be(70_000);
    }

    [Fact]
    public void Joint_decisions_allocate_nothing()
    {
        var (minute, day) = (Timed("minute", 1_000), Timed("day", 1_000_000));
        var requests = new RateLimitRequest[] { new(minute, Key), new(day, Key) };
        var decisions = new RateLimitDecision[2];
        RateLimitPolicy.TryAcquire(requests, decisions, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5_000; i++)
        {
            RateLimitPolicy.TryAcquire(requests, decisions, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void Too_many_requests_or_too_little_room_are_refused_with_a_sentence()
    {
        var requests = Enumerable.Repeat(new RateLimitRequest(Timed("policy", 1), Key), 9).ToArray();

        FluentActions
            .Invoking(() => RateLimitPolicy.TryAcquire(requests, new RateLimitDecision[9], out _))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage(
                "9 requests with room for 9 decisions were given, but there must be 1 to 8, and room for each."
            );
        FluentActions
            .Invoking(() => RateLimitPolicy.TryAcquire(requests.AsSpan(0, 2), new RateLimitDecision[1], out _))
            .Should()
            .Throw<ArgumentException>();
    }

    [Fact]
    public void Explain_says_what_is_left_and_why()
    {
        var policy = Timed(
            "reads",
            5,
            static o =>
            {
                o.Allow.Add("vip");
                o.Overrides["acme"] = new() { Permits = 50 };
                o.Shadow = true;
            }
        );
        policy.Acquire(Key, 10, out _);

        policy
            .Explain(Key)
            .Should()
            .Be(
                "The key has, by an override, 40 of 50 permits of 1 h, the next in 72 s in policy 'reads'. Refusals are only counted: it is in shadow mode."
            );
        policy
            .Explain(LimitKey.Of("vip"))
            .Should()
            .Be("Policy 'reads' does not limit the key: it is on its allow list.");
    }

    private static ValueTask<RateLimitLease> AcquireAsync(RateLimitRequest[] requests, RateLimitDecision[] decisions) =>
        RateLimitPolicy.AcquireAsync(requests, decisions, CancellationToken.None);

    private static (long Admitted, long Refused, long Shadow) Counts(RateLimitPolicy policy) =>
        (policy.Counts.Admitted.Value, policy.Counts.Refused.Value, policy.Counts.ShadowRefused.Value);

    private RateLimitPolicy Timed(string name, int permits, Action<RateLimitPolicyOptions>? configure = null)
    {
        var options = new RateLimitPolicyOptions { Permits = permits, Period = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        return new RateLimitPolicy(name, options, maxKeys: 100, _clock);
    }

    private RateLimitPolicy Held(string name, Action<RateLimitPolicyOptions>? configure = null)
    {
        var options = new RateLimitPolicyOptions
        {
            Algorithm = LimitAlgorithm.Concurrency,
            Permits = 1,
            Shared = true,
        };
        configure?.Invoke(options);
        return new RateLimitPolicy(name, options, maxKeys: 100, _clock);
    }
}
