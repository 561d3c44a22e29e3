using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Calls of a distributed cache that come back after nobody waits for them any more, or never.</summary>
public sealed class DistributedTierLateTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly DistributedTierStore _store = new();
    private readonly DistributedTierOptions _options = new();
    private readonly DistributedTier _tier;
    private readonly TaskCompletionSource _gate = new();

    public DistributedTierLateTests() => _tier = new DistributedTier(_store, "n", _options, _clock);

    [Fact]
    public async Task Probes_behind_a_write_that_hangs_do_not_queue_up()
    {
        Hang("set 1:n:k:key");
        await TimesOutAsync(_tier.PutAsync("key", Value(), default));

        for (var i = 0; i < 5; i++)
        {
            await TimesOutAsync(_tier.RejoinAsync(["key"], [], default));
        }

        _gate.SetResult();
        await _tier.RejoinAsync(["key"], [], default);
        _store.Calls.Count(call => call == "remove 1:n:k:key").Should().Be(1);
        (await _tier.ReadAsync("key", default)).Should().BeNull("the removal went behind the late write");
    }

    [Fact]
    public async Task Writes_of_one_lane_wait_for_each_other()
    {
        Hang("set 1:n:k:key");
        var put = _tier.PutAsync("key", Value(), default).AsTask();
        var removals = Enumerable.Range(0, 3).Select(_ => _tier.RemoveAsync("key", default).AsTask()).ToArray();
        _gate.SetResult();

        await put;
        await Task.WhenAll(removals);
        (await _tier.ReadAsync("key", default)).Should().BeNull();
    }

    [Fact]
    public async Task A_stamp_that_never_came_is_asked_for_again()
    {
        await _tier.PutAsync("key", Value(), default);
        var fresh = new DistributedTier(_store, "n", _options, _clock);
        Hang("get 1:n:t:*");
        await TimesOutAsync(fresh.ReadAsync("key", default));
        _store.Before = _ => Task.CompletedTask;

        using var entry = await fresh.ReadAsync("key", default);

        entry.Should().NotBeNull();
    }

    [Fact]
    public async Task A_value_that_came_too_late_gives_its_buffer_back()
    {
        await _tier.PutAsync("key", Value(), default);
        Hang("get 1:n:k:key");
        await TimesOutAsync(_tier.ReadAsync("key", default));

        _gate.SetResult();

        SpinWait.SpinUntil(() => IsDisposed(_store.LastTarget!), Deadline).Should().BeTrue();
    }

    [Fact]
    public async Task A_value_whose_stamps_cannot_be_read_gives_its_buffer_back()
    {
        await _tier.PutAsync("key", Value(), default);
        var fresh = new DistributedTier(_store, "n", _options, _clock);
        _store.Before = call =>
            call == "get 1:n:t:*" ? Task.FromException(new InvalidDataException()) : Task.CompletedTask;

        await fresh.Awaiting(t => t.ReadAsync("key", default).AsTask()).Should().ThrowAsync<InvalidDataException>();

        IsDisposed(_store.LastTarget!).Should().BeTrue();
    }

    [Theory]
    [InlineData("get 1:n:k:key")]
    [InlineData("get 1:n:t:*")]
    public async Task A_failure_that_came_too_late_is_observed(string call)
    {
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, told) =>
        {
            if (told.Exception.InnerException is InvalidTimeZoneException)
            {
                Interlocked.Increment(ref unobserved);
            }
        };
        TaskScheduler.UnobservedTaskException += count;
        try
        {
            await FailLateAsync(call);
            for (var i = 0; i < 10; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Yield();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= count;
        }

        unobserved.Should().Be(0);
    }

    [Fact]
    public async Task A_payload_is_not_used_after_its_call_has_thrown()
    {
        using var payload = new Lent();
        var value = new TierValue(new ReadOnlySequence<byte>(payload.Memory), [], TimeSpan.FromMinutes(1));
        Hang("get 1:n:t:*");
        await TimesOutAsync(_tier.PutAsync("key", value, default));

        payload.IsBack = true;
        _gate.SetResult();
        SpinWait.SpinUntil(() => _store.Calls.Contains("set 1:n:t:*"), Deadline).Should().BeTrue();
        await _tier.PutAsync("other", Value(), default);

        payload.IsUsedAfterwards.Should().BeFalse();
    }

    [Fact]
    public async Task A_caller_who_leaves_is_told_so()
    {
        Hang("get 1:n:k:key");
        using var leave = new CancellationTokenSource();
        var read = _tier.ReadAsync("key", leave.Token).AsTask();

        await leave.CancelAsync();

        await read.Awaiting(r => r).Should().ThrowAsync<OperationCanceledException>();
    }

    private static TierValue Value() => new(new ReadOnlySequence<byte>([1]), [], TimeSpan.FromMinutes(1));

    private static bool IsDisposed(IBufferWriter<byte> writer)
    {
        try
        {
            writer.GetMemory(1);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private void Hang(string hung) => _store.Before = call => call == hung ? _gate.Task : Task.CompletedTask;

    private async Task FailLateAsync(string call)
    {
        await _tier.PutAsync("key", Value(), default);
        var fresh = new DistributedTier(_store, "n", _options, _clock);
        Hang(call);
        await TimesOutAsync(fresh.ReadAsync("key", default));
        _gate.SetException(new InvalidTimeZoneException());
        _ = _gate.Task.Exception; // Its own is seen, so that only what the tier made of it counts.
    }

    private Task TimesOutAsync(ValueTask<TierEntry?> call) => TimesOutAsync(new ValueTask(call.AsTask()));

    private async Task TimesOutAsync(ValueTask call)
    {
        var task = call.AsTask();
        task.IsCompleted.Should().BeFalse();
        _clock.Advance(_options.CommandTimeout);
        await task.Awaiting(t => t)
            .Should()
            .ThrowAsync<TimeoutException>()
            .WithMessage("*CommandTimeout of 00:00:00.25*");
    }

    private sealed class Lent : MemoryManager<byte>
    {
        private readonly byte[] _bytes = [1, 2, 3];

        public bool IsBack { get; set; }

        public bool IsUsedAfterwards { get; private set; }

        public override Memory<byte> Memory => CreateMemory(_bytes.Length);

        public override Span<byte> GetSpan()
        {
            IsUsedAfterwards |= IsBack;
            return _bytes;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
