using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Entries made inside another entry's factory, for both caches.</summary>
public sealed class MemoryCacheLinkTests
{
    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<string> Both => MemoryCaches.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_token_of_an_inner_entry_ends_the_outer_one(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock, tracksLinks: true);
        using var source = new CancellationTokenSource();
        await MakeNested(cache, e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));
        cache.Has("outer").Should().BeTrue();

        await source.CancelAsync();

        cache.Has("outer").Should().BeFalse();
        cache.Has("inner").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_absolute_expiration_of_an_inner_entry_caps_the_outer_one(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock, tracksLinks: true);
        await MakeNested(cache, static e => e.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(5));
        await MakeNested(cache, static e => e.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(5), "2");

        _clock.Advance(TimeSpan.FromSeconds(5));
        cache.Has("outer").Should().BeFalse();
        cache.Has("outer2").Should().BeTrue();
        _clock.Advance(TimeSpan.FromHours(1));
        cache.Has("outer2").Should().BeFalse("its own expiration is the earlier one");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_hit_inside_a_factory_links_as_well(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock, tracksLinks: true);
        using var source = new CancellationTokenSource();
        cache.Put("inner", 1, e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));
        cache.GetOrCreate("outer", _ => cache.Get("inner"));

        source.Cancel();

        cache.Has("outer").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void An_inner_entry_without_a_value_links_nothing(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock, tracksLinks: true);
        cache.GetOrCreate(
            "outer",
            _ =>
            {
                using var inner = cache.CreateEntry("inner");
                inner.AddExpirationToken(new CancellationChangeToken(new CancellationToken(true)));
                return 1;
            }
        );

        cache.Has("outer").Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void After_the_outer_entry_nothing_is_linked(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock, tracksLinks: true);
        using var source = new CancellationTokenSource();
        cache.GetOrCreate("first", static _ => 1);
        cache.Put("second", 1, e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));

        source.Cancel();

        cache.Has("first").Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Without_the_option_nothing_is_linked(string kind)
    {
        using var cache = MemoryCaches.Create(kind, _clock);
        await MakeNested(cache, static e => e.AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(5));

        _clock.Advance(TimeSpan.FromSeconds(5));

        cache.Has("inner").Should().BeFalse();
        cache.Has("outer").Should().BeTrue();
    }

    private static Task<int> MakeNested(IMemoryCache cache, Action<ICacheEntry> configure, string suffix = "") =>
        cache.GetOrCreateAsync(
            $"outer{suffix}",
            async outer =>
            {
                outer.AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1);
                await Task.Yield();
                return await cache.GetOrCreateAsync(
                    $"inner{suffix}",
                    async inner =>
                    {
                        await Task.Yield();
                        configure(inner);
                        return 1;
                    }
                );
            }
        );
}
