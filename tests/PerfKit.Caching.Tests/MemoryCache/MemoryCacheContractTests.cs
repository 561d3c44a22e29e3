using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Entries and time as documented for IMemoryCache, for both caches.</summary>
public sealed class MemoryCacheContractTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-01-01T00:00:00Z", null));

    public static TheoryData<string> Both => MemoryCaches.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public void CreateEntry_commits_when_it_is_disposed(string kind)
    {
        using var cache = Create(kind);
        var entry = cache.CreateEntry("key");
        entry.Value = "value";
        cache.Has("key").Should().BeFalse();

        entry.Dispose();
        entry.Dispose();

        cache.Get("key").Should().Be("value");
        entry.Key.Should().Be("key");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_entry_without_a_value_is_not_committed_and_leaves_what_is_there(string kind)
    {
        using var cache = Create(kind);
        cache.Set("key", 1);

        cache.CreateEntry("key").Dispose();
        cache.CreateEntry("other").Dispose();

        cache.Get("key").Should().Be(1);
        cache.Has("other").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_null_value_is_found(string kind)
    {
        using var cache = Create(kind);

        cache.Set<string?>("key", null);

        cache.TryGetValue("key", out object? value).Should().BeTrue();
        value.Should().BeNull();
        cache.TryGetValue<string>("key", out _).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Keys_are_compared_by_equality_and_type(string kind)
    {
        using var cache = Create(kind);

        cache.Set(("a", 1), "tuple");
        cache.Set(1, "int");
        cache.Set(1L, "long");

        cache.Get(("a", 1)).Should().Be("tuple");
        cache.Get(1).Should().Be("int");
        cache.Get(1L).Should().Be("long");
        cache.Get(new string(['1'])).Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Bad_arguments_throw(string kind)
    {
        using var cache = Create(kind);
        using var entry = cache.CreateEntry("key");

        ((Action)(() => cache.TryGetValue(null!, out _))).Should().Throw<ArgumentNullException>();
        ((Action)(() => cache.Remove(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => cache.CreateEntry(null!))).Should().Throw<ArgumentNullException>();
        foreach (var span in new[] { TimeSpan.Zero, TimeSpan.FromTicks(-1) })
        {
            ((Action)(() => entry.SlidingExpiration = span)).Should().Throw<ArgumentOutOfRangeException>();
            ((Action)(() => entry.AbsoluteExpirationRelativeToNow = span))
                .Should()
                .Throw<ArgumentOutOfRangeException>();
        }

        ((Action)(() => entry.Size = -1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_entry_gives_back_what_it_was_given(string kind)
    {
        using var cache = Create(kind);
        using var entry = cache.CreateEntry("key");
        (entry.AbsoluteExpiration, entry.SlidingExpiration, entry.Size).Should().Be((null, null, null));
        entry.AbsoluteExpirationRelativeToNow.Should().BeNull();
        entry.Priority.Should().Be(CacheItemPriority.Normal);
        var at = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.FromHours(2));

        entry.AbsoluteExpiration = at;
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
        entry.SlidingExpiration = TimeSpan.FromMinutes(1);
        entry.Size = 0;
        entry.Priority = CacheItemPriority.NeverRemove;

        entry.AbsoluteExpiration.Should().Be(at);
        entry.AbsoluteExpirationRelativeToNow.Should().Be(TimeSpan.FromHours(1));
        entry.SlidingExpiration.Should().Be(TimeSpan.FromMinutes(1));
        entry.Size.Should().Be(0);
        entry.Priority.Should().Be(CacheItemPriority.NeverRemove);
        entry.AbsoluteExpiration = null;
        entry.AbsoluteExpirationRelativeToNow = null;
        entry.SlidingExpiration = null;
        entry.Size = null;
        (entry.AbsoluteExpiration, entry.SlidingExpiration, entry.Size).Should().Be((null, null, null));
        entry.AbsoluteExpirationRelativeToNow.Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task AbsoluteExpiration_is_the_moment_the_entry_is_gone(string kind)
    {
        using var cache = Create(kind);
        var gone = cache.PutWatched("key", 1, e => e.AbsoluteExpiration = _clock.GetUtcNow().AddSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(9.999));
        cache.Has("key").Should().BeTrue();

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        cache.Has("key").Should().BeFalse();
        (await gone).Should().Be(("key", 1, EvictionReason.Expired));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void AbsoluteExpirationRelativeToNow_counts_from_the_commit(string kind)
    {
        using var cache = Create(kind);
        var entry = cache.CreateEntry("key");
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(10);
        entry.Value = 1;
        _clock.Advance(TimeSpan.FromSeconds(8));
        entry.Dispose();

        _clock.Advance(TimeSpan.FromSeconds(9));
        cache.Has("key").Should().BeTrue();
        _clock.Advance(TimeSpan.FromSeconds(1));
        cache.Has("key").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void The_earlier_of_the_two_absolute_expirations_counts(string kind)
    {
        using var cache = Create(kind);
        var now = _clock.GetUtcNow();
        cache.Put(
            "at",
            1,
            e => (e.AbsoluteExpiration, e.AbsoluteExpirationRelativeToNow) = (now.AddSeconds(5), TimeSpan.FromHours(1))
        );
        cache.Put(
            "in",
            1,
            e => (e.AbsoluteExpiration, e.AbsoluteExpirationRelativeToNow) = (now.AddHours(1), TimeSpan.FromSeconds(5))
        );

        _clock.Advance(TimeSpan.FromSeconds(5));

        cache.Has("at").Should().BeFalse();
        cache.Has("in").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void SlidingExpiration_moves_with_reads_up_to_the_absolute_one(string kind)
    {
        using var cache = Create(kind);
        cache.Put(
            "key",
            1,
            static e =>
            {
                e.SlidingExpiration = TimeSpan.FromSeconds(10);
                e.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(25);
            }
        );
        cache.Put("unread", 1, static e => e.SlidingExpiration = TimeSpan.FromSeconds(10));

        foreach (var step in new[] { 9, 9, 6 })
        {
            _clock.Advance(TimeSpan.FromSeconds(step));
            cache.Has("key").Should().BeTrue();
        }

        cache.Has("unread").Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        cache.Has("key").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task An_entry_that_has_expired_is_not_kept_and_ends_what_was_there(string kind)
    {
        using var cache = Create(kind);
        var old = cache.PutWatched("key", "old");

        var late = cache.PutWatched("key", "late", e => e.AbsoluteExpiration = _clock.GetUtcNow());

        cache.Has("key").Should().BeFalse();
        (await late).Should().Be(("key", "late", EvictionReason.Expired));
        (await old).Should().Be(("key", "old", EvictionReason.Replaced));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Moments_at_the_end_of_time_are_for_ever(string kind)
    {
        using var cache = Create(kind);
        cache.Put("at", 1, static e => e.AbsoluteExpiration = DateTimeOffset.MaxValue);
        cache.Put("slide", 1, static e => e.SlidingExpiration = TimeSpan.MaxValue);

        _clock.Advance(TimeSpan.FromDays(10_000));

        cache.Has("at").Should().BeTrue();
        cache.Has("slide").Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void GetCurrentStatistics_counts_hits_misses_and_entries(string kind)
    {
        using var cache = Create(kind);
        using var token = new CancellationTokenSource();
        cache.Set("a", 1);
        cache.Put(
            "b",
            1,
            e => e.AddExpirationToken(new Microsoft.Extensions.Primitives.CancellationChangeToken(token.Token))
        );
        cache.Has("a");
        cache.Has("b");
        cache.Has("none");
        var before = cache.GetCurrentStatistics()!;

        (before.TotalHits, before.TotalMisses, before.CurrentEntryCount).Should().Be((2, 1, 2));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void After_Dispose_every_call_throws_but_a_late_commit_does_nothing(string kind)
    {
        var cache = Create(kind);
        cache.Set("key", 1);
        var late = cache.CreateEntry("late");
        late.Value = 1;

        cache.Dispose();
        cache.Dispose();

        late.Dispose();
        ((Action)(() => cache.TryGetValue("key", out _))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => cache.Remove("key"))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => cache.CreateEntry("key"))).Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_extension_methods_of_the_platform_work_on_it(string kind)
    {
        using var cache = Create(kind);
        var calls = 0;

        for (var i = 0; i < 2; i++)
        {
            cache
                .GetOrCreate(
                    "query",
                    entry =>
                    {
                        entry
                            .SetSize(10)
                            .SetSlidingExpiration(TimeSpan.FromMinutes(1))
                            .SetPriority(CacheItemPriority.High);
                        return ++calls;
                    }
                )
                .Should()
                .Be(1);
            (
                await cache.GetOrCreateAsync(
                    "plan",
                    async entry =>
                    {
                        await Task.Yield();
                        entry.SetSize(1);
                        return ++calls;
                    }
                )
            ).Should().Be(2);
        }

        var fails = () => cache.GetOrCreate<int>("bad", static _ => throw new FormatException());
        fails.Should().Throw<FormatException>();
        cache.Has("bad").Should().BeFalse();
        cache.Set(
            "key",
            5,
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(1) }
        );
        cache.Get<int>("key").Should().Be(5);
    }

    private IMemoryCache Create(string kind) => MemoryCaches.Create(kind, _clock);
}
