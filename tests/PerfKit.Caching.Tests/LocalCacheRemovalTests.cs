using System.Collections.Concurrent;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Whoever left is told once, with the cause.</summary>
public sealed class LocalCacheRemovalTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ConcurrentQueue<(int Key, int Value, RemovalCause Cause)> _told = new();

    [Fact]
    public void Every_cause_is_told_with_key_and_value()
    {
        var cache = Create(3);
        cache.Set(1, 10);
        cache.Set(1, 11);
        cache.Remove(1);
        cache.Set(2, 20, new CacheLifetime(TimeSpan.Zero));
        cache.Set(3, 30, new CacheLifetime(TimeSpan.FromSeconds(1)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        cache.TryGet(3, out _);
        Enumerable.Range(4, 4).ToList().ForEach(key => cache.Set(key, 10 * key));
        cache.Clear();

        Told(8)
            .Should()
            .BeEquivalentTo([
                (1, 10, RemovalCause.Replaced),
                (1, 11, RemovalCause.Removed),
                (2, 20, RemovalCause.Refused),
                (3, 30, RemovalCause.Expired),
                (4, 40, RemovalCause.Evicted),
                (5, 50, RemovalCause.Cleared),
                (6, 60, RemovalCause.Cleared),
                (7, 70, RemovalCause.Cleared),
            ]);
    }

    [Fact]
    public void A_value_whose_time_was_over_is_told_as_expired_whoever_takes_it_out()
    {
        var cache = Create(3);
        var second = new CacheLifetime(TimeSpan.FromSeconds(1));
        cache.Set(1, 10, second);
        cache.Set(2, 20, second);
        cache.Set(3, 30, second);
        _clock.Advance(TimeSpan.FromSeconds(1));

        cache.Set(1, 11);
        cache.Remove(2).Should().BeFalse();
        cache.Set(3, 31, new CacheLifetime(TimeSpan.Zero));

        Told(4)
            .Should()
            .BeEquivalentTo([
                (1, 10, RemovalCause.Expired),
                (2, 20, RemovalCause.Expired),
                (3, 30, RemovalCause.Expired),
                (3, 31, RemovalCause.Refused),
            ]);
        cache.GetStatistics().Expirations.Should().Be(3);
    }

    [Fact]
    public void Entries_held_and_removals_told_are_what_was_put_and_no_value_is_told_twice() =>
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 11], Gen.Int[0, 12]).Array[1, 120])
            .Sample(static (sized, history) => new LocalCacheRemovalTests().IsConserved(sized, history), iter: 500);

    [Fact]
    public async Task A_callback_that_throws_surfaces_as_unobserved_and_the_others_are_told()
    {
        var faults = new ConcurrentQueue<Exception>();
        void Collect(object? sender, UnobservedTaskExceptionEventArgs e) => faults.Enqueue(e.Exception.InnerException!);
        TaskScheduler.UnobservedTaskException += Collect;
        var cache = CreateWith((_, value) => Throw(value));
        Enumerable.Range(0, 20).ToList().ForEach(value => cache.Set(1, value));

        Told(19).Select(static told => told.Value).Should().BeEquivalentTo(Enumerable.Range(0, 19));
        while (!faults.Any(static fault => fault is TimeZoneNotFoundException) && await Collected()) { }

        TaskScheduler.UnobservedTaskException -= Collect;
        faults.Should().Contain(static fault => fault is TimeZoneNotFoundException);

        static void Throw(int value)
        {
            if (value == 3)
            {
                throw new TimeZoneNotFoundException();
            }
        }
    }

    [Fact]
    public void A_callback_that_blocks_holds_one_thread_of_the_pool_and_writers_tell_the_rest()
    {
        using var isOpen = new ManualResetEventSlim();
        var inPool = 0;
        var mostInPool = 0;
        var byWriter = 0;
        var cache = CreateWith((_, _) => Block());
        var writer = new Thread(() => Enumerable.Range(0, 10_001).ToList().ForEach(value => cache.Set(1, value)));

        writer.Start();
        writer.Join();

        byWriter.Should().BeGreaterThan(10_000 - 4_096 - 100, "no more than 4,096 may wait");
        isOpen.Set();
        Told(10_000).Should().HaveCount(10_000);
        mostInPool.Should().Be(1);

        void Block()
        {
            if (!Thread.CurrentThread.IsThreadPoolThread)
            {
                byWriter++;
                return;
            }

            mostInPool = Math.Max(mostInPool, Interlocked.Increment(ref inPool));
            isOpen.Wait();
            Interlocked.Decrement(ref inPool);
        }
    }

    [Fact]
    public void A_callback_that_writes_to_the_cache_is_never_called_within_itself()
    {
        using var depth = new ThreadLocal<int>();
        var deepest = 0;
        LocalCache<int, int>? cache = null;
        cache = CreateWith((key, _) => WriteBack(key), capacity: 6_000);
        Enumerable.Range(0, 6_000).ToList().ForEach(key => cache.Set(key, key));

        cache.Clear();

        Told(11_999).Should().HaveCount(11_999);
        deepest.Should().Be(1);

        void WriteBack(int key)
        {
            deepest = Math.Max(deepest, ++depth.Value);
            if (key >= 0 && cache!.GetStatistics().Capacity > 0)
            {
                cache.Set(-1, key);
            }

            depth.Value--;
        }
    }

    private bool IsConserved(bool sized, (int Kind, int Key)[] history)
    {
        var cache = Create(8, sized);
        var puts = 0;
        foreach (var (kind, key) in history)
        {
            switch (kind)
            {
                case 0:
                    cache.Remove(key);
                    break;
                case 1 when key == 0:
                    cache.Clear();
                    break;
                case 2:
                    _clock.Advance(TimeSpan.FromSeconds(key));
                    break;
                case 3:
                    cache.Set(key, ++puts, new CacheLifetime(TimeSpan.FromSeconds(key % 3)));
                    break;
                case 4:
                    cache.GetOrAdd(key, 0, (_, _) => ++puts);
                    break;
                case 5:
                    puts += cache.TryReplace(key, puts + 1, cache.GetOrDefault(key)) ? 1 : 0;
                    break;
                case < 9:
                    cache.TryGet(key, out _);
                    break;
                default:
                    cache.Set(key, ++puts);
                    break;
            }
        }

        var held = cache.Snapshot(100).Select(static pair => pair.Value).ToList();
        var told = Told(puts - held.Count).Select(static one => one.Value).ToList();
        return told.Concat(held).Order().SequenceEqual(Enumerable.Range(1, puts));
    }

    private LocalCache<int, int> Create(long capacity, bool sized = false) =>
        CreateWith(static (_, _) => { }, capacity, sized);

    private LocalCache<int, int> CreateWith(Action<int, int> then, long capacity = 100, bool sized = false)
    {
        var rules = new LocalCacheRules<int, int>
        {
            TimeProvider = _clock,
            Removed = (key, value, cause) =>
            {
                _told.Enqueue((key, value, cause));
                then(key, value);
            },
        };
        return new LocalCache<int, int>(new LocalCacheOptions { Capacity = capacity, SizeAware = sized }, rules);
    }

    /// <summary>Waits until this many were told; more would be there as well.</summary>
    private List<(int Key, int Value, RemovalCause Cause)> Told(int count)
    {
        SpinWait.SpinUntil(() => _told.Count >= count, TimeSpan.FromSeconds(20));
        return [.. _told];
    }

    private static async Task<bool> Collected()
    {
        await Task.Yield();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return true;
    }
}
