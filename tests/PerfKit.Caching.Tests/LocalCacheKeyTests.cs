using System.Runtime.CompilerServices;

namespace PerfKit.Caching.Tests;

public sealed class LocalCacheKeyTests
{
    public static TheoryData<IEqualityComparer<string>?, bool> Comparers =>
        new()
        {
            { null, false },
            { EqualityComparer<string>.Default, false },
            { StringComparer.Ordinal, false },
            { StringComparer.OrdinalIgnoreCase, true },
        };

    [Theory]
    [MemberData(nameof(Comparers))]
    public void A_span_finds_what_its_string_finds(IEqualityComparer<string>? comparer, bool ignoresCase)
    {
        var cache = Create<string, int>(comparer);
        var keys = Enumerable.Range(0, 50).Select(static length => new string('k', length)).ToList();
        keys.ForEach(key => cache.Set(key, key.Length));

        foreach (var key in keys)
        {
            cache.TryGet(key.AsSpan(), out var value).Should().BeTrue();
            value.Should().Be(key.Length);
            cache.TryGet(key.ToUpperInvariant().AsSpan(), out _).Should().Be(ignoresCase || key.Length == 0);
            cache.TryGet(key.ToUpperInvariant(), out _).Should().Be(ignoresCase || key.Length == 0);
        }

        cache.TryGet("none".AsSpan(), out _).Should().BeFalse();
    }

    [Fact]
    public void A_comparer_decides_which_keys_are_one_for_every_member()
    {
        var cache = Create<string, int>(StringComparer.OrdinalIgnoreCase);
        cache.Set("Key", 1);
        cache.Set("KEY", 2);

        cache.GetOrAdd("key", 0, static (_, _) => -1).Should().Be(2);
        cache.TryReplace("kEY", 3, 2).Should().BeTrue();
        cache.GetStatistics().Entries.Should().Be(1);
        cache.Remove("keY").Should().BeTrue();
        cache.Explain("KEy").Should().Be("'KEy' is absent: it was removed.");
    }

    [Fact]
    public async Task Every_member_refuses_a_null_key()
    {
        var rules = new LocalCacheRules<string, int>
        {
            Lifetime = static (key, _) => new(TimeSpan.FromDays(key.Length)),
        };
        foreach (
            var cache in new[]
            {
                Create<string, int>(null),
                new(new(), rules),
                Create<string, int>(StringComparer.InvariantCulture),
            }
        )
        {
            cache.Invoking(c => c.TryGet(null!, out _)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.GetOrDefault(null!)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.Set(null!, 1)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.Set(null!, 1, default)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.TryReplace(null!, 1, 1)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.Remove(null!)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.Explain(null!)).Should().Throw<ArgumentNullException>();
            cache.Invoking(c => c.GetOrAdd(null!, 0, static (_, _) => 1)).Should().Throw<ArgumentNullException>();
            var ask = async () => await cache.GetOrAddAsync(null!, 0, static (_, _, _) => new ValueTask<int>(1));
            await ask.Should().ThrowAsync<ArgumentNullException>();
            cache.GetStatistics().Entries.Should().Be(0);
        }
    }

    [Fact]
    public void A_key_of_ten_megabytes_is_a_key_like_any()
    {
        var cache = Create<string, int>(null);
        var key = new string('k', 5 << 20);
        cache.Set(key, 1);

        cache.TryGet(string.Concat(key.AsSpan(1), "k"), out _).Should().BeTrue();
        cache.TryGet(string.Concat(key.AsSpan(1), "j"), out _).Should().BeFalse();
        cache.Remove(key).Should().BeTrue();
    }

    [Fact]
    public void A_key_that_was_removed_is_not_kept_alive()
    {
        var cache = new LocalCache<object, int>(new LocalCacheOptions());

        var gone = PutAndRemove(cache);
        GC.Collect();

        gone.TryGetTarget(out _).Should().BeFalse();
        GC.KeepAlive(cache);
    }

    [Fact]
    public void GetOrDefault_gives_the_value_or_the_default_of_its_type()
    {
        var cache = Create<string, int?>(null);
        cache.Set("one", 1);

        cache.GetOrDefault("one").Should().Be(1);
        cache.GetOrDefault("two").Should().BeNull();
    }

    [Fact]
    public void Wide_keys_of_values_are_found()
    {
        var guids = Create<Guid, int>(null);
        var numbers = Create<UInt128, int>(null);
        var pairs = Create<(string, int), int>(null);
        for (var i = 0; i < 500; i++)
        {
            guids.Set(new Guid(i, 0, 0, new byte[8]), i);
            numbers.Set(((UInt128)i << 90) | 1, i);
            pairs.Set(("key", i), i);
        }

        Enumerable.Range(0, 500).Should().OnlyContain(i => guids.GetOrDefault(new Guid(i, 0, 0, new byte[8])) == i);
        Enumerable.Range(0, 500).Should().OnlyContain(i => numbers.GetOrDefault(((UInt128)i << 90) | 1) == i);
        Enumerable.Range(0, 500).Should().OnlyContain(i => pairs.GetOrDefault(ValueTuple.Create("key", i)) == i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<object> PutAndRemove(LocalCache<object, int> cache)
    {
        var key = new object();
        cache.Set(key, 1);
        cache.Remove(key);
        return new WeakReference<object>(key);
    }

    private static LocalCache<TKey, TValue> Create<TKey, TValue>(IEqualityComparer<TKey>? comparer)
        where TKey : notnull => new(new LocalCacheOptions(), new LocalCacheRules<TKey, TValue> { Comparer = comparer });
}
