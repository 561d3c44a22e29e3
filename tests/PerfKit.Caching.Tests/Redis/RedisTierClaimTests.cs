using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>One process at a time makes a value; what it writes is fenced.</summary>
public sealed class RedisTierClaimTests
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromMilliseconds(300);

    [SkippableFact]
    public async Task The_claims_holder_writes_and_whoever_waited_reads()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var claim = await pair.One.ClaimAsync("k");
        var waiting = pair.Other.Tier.ReadOrClaimAsync("k", default).AsTask();
        await MarkedAsync(pair, "k");

        (await claim.WriteAsync(TierNode.Value("made"), default)).Should().BeTrue();

        using var entry = (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Entry;
        TierNode.Text(entry!).Should().Be("made");
    }

    [SkippableFact]
    public async Task A_claim_given_up_goes_to_one_of_those_who_wait()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        var claim = await pair.One.ClaimAsync("k");
        var waiting = pair.Other.Tier.ReadOrClaimAsync("k", default).AsTask();
        await MarkedAsync(pair, "k");

        await claim.DisposeAsync();

        var (entry, next) = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        entry.Should().BeNull();
        (await next!.WriteAsync(TierNode.Value("next"), default)).Should().BeTrue();
    }

    [SkippableFact]
    public async Task A_thousand_who_wait_are_woken_by_the_message()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var claim = await pair.One.ClaimAsync("k");
        var waiting = Enumerable.Range(0, 1_000).Select(_ => pair.Other.GetOrMakeAsync("k", () => "again")).ToList();
        await MarkedAsync(pair, "k");

        await claim.WriteAsync(TierNode.Value("made"), default);

        (await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20))).Should().AllBe("made");
    }

    [SkippableFact]
    public async Task The_claim_of_a_holder_that_died_is_free_after_its_lease()
    {
        await using var pair = await Pair.JoinAsync(ShortLease);
        _ = await pair.One.ClaimAsync("k");
        await pair.One.DisposeAsync(); // Without giving the claim up: nothing renews it any more.

        var (entry, claim) = await pair.Other.Tier.ReadOrClaimAsync("k", default).AsTask().WaitAsync(ShortLease * 20);

        entry.Should().BeNull();
        (await claim!.WriteAsync(TierNode.Value("second"), default)).Should().BeTrue();
    }

    [SkippableFact]
    public async Task A_living_holder_keeps_its_claim_beyond_the_lease()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromSeconds(2));
        await using var claim = await pair.One.ClaimAsync("k");
        var waiting = pair.Other.Tier.ReadOrClaimAsync("k", default).AsTask();

        var wait = () => waiting.WaitAsync(TimeSpan.FromSeconds(3));
        await wait.Should().ThrowAsync<TimeoutException>("it still waits");
        (await claim.WriteAsync(TierNode.Value("made"), default)).Should().BeTrue();

        using var entry = (await waiting.WaitAsync(TimeSpan.FromSeconds(20))).Entry;
        TierNode.Text(entry!).Should().Be("made");
    }

    [SkippableFact]
    public async Task A_holder_that_lost_its_lease_does_not_write_over_the_next_ones_value()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var late = await pair.One.ClaimAsync("k");
        await pair.One.Redis.KeyDeleteAsync(pair.One.Key("k")); // as the lease's end does
        await pair.Other.GetOrMakeAsync("k", () => "next");

        (await late.WriteAsync(TierNode.Value("late"), default)).Should().BeFalse();

        (await pair.Other.ReadAsync("k")).Should().Be("next");
        (await pair.One.Redis.KeyTimeToLiveAsync(pair.One.Key("k")))!
            .Value.Should()
            .BeCloseTo(TierNode.Hour, TimeSpan.FromMinutes(1), "it was put back as it was");
    }

    [SkippableFact]
    public async Task A_holder_that_lost_its_lease_leaves_the_next_ones_claim_alone()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var late = await pair.One.ClaimAsync("k");
        await pair.One.Redis.KeyDeleteAsync(pair.One.Key("k"));
        await using var next = await pair.Other.ClaimAsync("k");

        (await late.WriteAsync(TierNode.Value("late"), default)).Should().BeFalse();
        await late.DisposeAsync();

        (await next.WriteAsync(TierNode.Value("next"), default)).Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData("key")]
    [InlineData("put")]
    [InlineData("tag")]
    [InlineData("everything")]
    public async Task What_is_removed_while_it_is_made_is_not_stored(string removal)
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var claim = await pair.One.ClaimAsync("k");

        await RemoveAsync(pair.Other, removal);
        var isStored = await claim.WriteAsync(TierNode.Value("old", "tag"), default);

        (await pair.One.ReadAsync("k")).Should().Be(removal == "put" ? "new" : null);
        (await pair.Other.ReadAsync("k")).Should().Be(removal == "put" ? "new" : null);
        if (removal is "key" or "put")
        {
            isStored.Should().BeFalse();
        }
    }

    [SkippableTheory]
    [InlineData("key")]
    [InlineData("put")]
    [InlineData("tag")]
    [InlineData("everything")]
    public async Task A_value_that_was_read_is_not_replaced_when_it_was_removed_meanwhile(string removal)
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await pair.One.PutAsync("k", "first", "tag");
        using var entry = await pair.Other.Tier.ReadAsync("k", default);
        await using var claim = pair.Other.Tier.Claim("k", entry);

        await RemoveAsync(pair.One, removal);
        await claim.WriteAsync(TierNode.Value("old", "tag"), default);

        (await pair.One.ReadAsync("k")).Should().Be(removal == "put" ? "new" : null);
    }

    [SkippableFact]
    public async Task A_value_that_was_read_is_replaced_while_it_is_there()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await pair.One.PutAsync("k", "first");
        using var entry = await pair.Other.Tier.ReadAsync("k", default);
        await using var claim = pair.Other.Tier.Claim("k", entry);

        (await claim.WriteAsync(TierNode.Value("second"), default)).Should().BeTrue();

        (await pair.One.ReadAsync("k")).Should().Be("second");
    }

    [SkippableFact]
    public async Task A_key_that_was_not_read_is_written_unless_it_was_removed_since()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var free = pair.One.Tier.Claim("free", null);
        await using var removed = pair.One.Tier.Claim("removed", null);

        await pair.Other.Tier.RemoveAsync("removed", default);
        await pair.Other.PutAsync("another", "value");

        (await free.WriteAsync(TierNode.Value("value"), default)).Should().BeTrue();
        (await removed.WriteAsync(TierNode.Value("value"), default)).Should().BeFalse();
        (await pair.Other.ReadAsync("free")).Should().Be("value");
        (await pair.Other.ReadAsync("removed")).Should().BeNull();
    }

    [SkippableFact]
    public async Task An_invalid_value_is_claimed_by_one_of_two_processes()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await pair.One.PutAsync("k", "old", "tag");
        await pair.One.Tier.RemoveByTagAsync("tag", default);
        await pair.Other.Heard.UntilAsync("tag tag");
        var made = 0;

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    (i % 2 == 0 ? pair.One : pair.Other).GetOrMakeAsync(
                        "k",
                        () => $"made {Interlocked.Increment(ref made)}",
                        "tag"
                    )
                )
        );

        results.Should().AllBe("made 1");
    }

    [SkippableFact]
    public async Task A_caller_that_leaves_the_wait_leaves_alone()
    {
        await using var pair = await Pair.JoinAsync(lease: TimeSpan.FromMinutes(5));
        await using var claim = await pair.One.ClaimAsync("k");
        using var leaving = new CancellationTokenSource();
        var waiting = pair.Other.Tier.ReadOrClaimAsync("k", leaving.Token).AsTask();
        await MarkedAsync(pair, "k");

        await leaving.CancelAsync();

        await waiting.Invoking(w => w).Should().ThrowAsync<OperationCanceledException>();
        (await claim.WriteAsync(TierNode.Value("made"), default)).Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData("left", false)]
    [InlineData("left", true)]
    [InlineData("too late", false)]
    [InlineData("too late", true)]
    public async Task A_claim_that_was_given_up_before_it_was_taken_is_free_at_once(string end, bool isOverDead)
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await using var pair = await Pair.JoinAsync(
            server.ConnectionString,
            lease: TimeSpan.FromMinutes(5),
            static o => o.HeartbeatInterval = TimeSpan.FromMinutes(1)
        );

        // Of its own: a heartbeat that is paused holds up what comes behind it on its connection.
        await using var own = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",allowAdmin=true");
        var admin = own.GetDatabase();
        if (isOverDead)
        {
            await pair.One.PutAsync("k", "old", "tag");
            await pair.One.Tier.RemoveByTagAsync("tag", default);
            await pair.Other.Heard.UntilAsync("tag tag");
        }

        await admin.ExecuteAsync("CLIENT", "PAUSE", 60_000, "WRITE"); // Reads pass, the claim does not.
        using var leaving = new CancellationTokenSource();
        var claiming = pair.One.Tier.ReadOrClaimAsync("k", leaving.Token).AsTask();
        await PausedAsync(admin);
        if (end == "left")
        {
            await leaving.CancelAsync();
            await claiming.Invoking(c => c).Should().ThrowAsync<OperationCanceledException>();
        }
        else
        {
            await claiming.Invoking(c => c).Should().ThrowAsync<TimeoutException>();
        }

        await admin.ExecuteAsync("CLIENT", "UNPAUSE"); // What waited takes effect before what comes now.

        var next = await pair.Other.Tier.ReadOrClaimAsync("k", default).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        await using var claim = next.Claim;
        (await claim!.WriteAsync(TierNode.Value("made"), default)).Should().BeTrue();
    }

    [SkippableFact]
    public async Task A_claim_that_cannot_be_written_is_not_waited_for_again_when_it_is_given_up()
    {
        var deadline = TierContext.StartLimit; // So that it is the same however young the tier is.
        await using var server = await RedisServer.StartPrivateAsync();
        await using var pair = await Pair.JoinAsync(
            server.ConnectionString + ",allowAdmin=true",
            configure: o => (o.HeartbeatInterval, o.CommandTimeout) = (TimeSpan.FromMinutes(1), deadline)
        );
        var claim = await pair.One.ClaimAsync("k");
        await pair.Other.Redis.ExecuteAsync("CLIENT", "PAUSE", 60_000, "WRITE");
        var writing = claim.WriteAsync(TierNode.Value("late"), default).AsTask();
        await writing.Invoking(w => w).Should().ThrowAsync<TimeoutException>();
        var began = TimeProvider.System.GetTimestamp();

        await claim.DisposeAsync();

        TimeProvider.System.GetElapsedTime(began).Should().BeLessThan(deadline / 2);
        await pair.Other.Redis.ExecuteAsync("CLIENT", "UNPAUSE");
    }

    private static async Task RemoveAsync(TierNode node, string removal)
    {
        await (
            removal switch
            {
                "key" => node.Tier.RemoveAsync("k", default),
                "put" => node.PutAsync("k", "new"),
                "tag" => node.Tier.RemoveByTagAsync("tag", default),
                _ => node.Tier.RemoveByTagAsync("*", default),
            }
        );
    }

    /// <summary>Until somebody waits for the claim, as Redis sees it.</summary>
    private static async Task MarkedAsync(Pair pair, string key)
    {
        while (((string?)await pair.One.Redis.StringGetAsync(pair.One.Key(key)))?.EndsWith('1') != true)
        {
            await Task.Yield();
        }
    }

    /// <summary>Until a command waits for the pause to end.</summary>
    private static async Task PausedAsync(IDatabase admin)
    {
        while (((string?)await admin.ExecuteAsync("INFO", "clients"))?.Contains("blocked_clients:0\r") != false)
        {
            await Task.Yield();
        }
    }
}
