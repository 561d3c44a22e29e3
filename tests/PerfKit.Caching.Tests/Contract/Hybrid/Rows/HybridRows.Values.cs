using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// What comes back is what was made, and whose it is.
internal static partial class HybridRows
{
    private const string Reuse = "Learn, Reuse objects";

    private static IEnumerable<ContractRow> Values(HybridStand stand) =>
        [
            .. Value(stand, "a text", "text \u00e4 \ud83d\ude00 \0"),
            .. Value(stand, "an empty text", ""),
            .. Value<string?>(stand, "null", null),
            .. Value(stand, "a number", 42),
            .. Value<int?>(stand, "no number", null),
            .. Value(stand, "a fraction", 1.5m),
            .. Value(stand, "a time", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)),
            .. Value(stand, "a GUID", Guid.NewGuid()),
            .. Value(stand, "an enumeration", DayOfWeek.Friday),
            .. Value(stand, "an address", new Uri("http://one.example/a?b=c")),
            .. Value(stand, "a record", new Note("text", 7)),
            .. Value(stand, "bytes", Enumerable.Range(0, 100_000).Select(static i => (byte)i).ToArray()),
            .. Value(stand, "no bytes", Array.Empty<byte>()),
            .. Value(stand, "a list", new List<int> { 1, 2, 3 }),
            .. Value(stand, "a dictionary", new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }),
            .. Value(stand, "an array of records", new[] { new Note("a", 1), new Note("b", 2) }),
        ];

    private static IEnumerable<ContractRow> Isolation(HybridStand stand) =>
        [
            .. Mutable<byte[]>(stand, "bytes", static () => [1, 2], static b => b[0] = 99, static b => b[0] == 1),
            .. Mutable<List<int>>(stand, "a list", static () => [1], static l => l.Add(2), static l => l.Count == 1),
            .. Mutable<Pad>(
                stand,
                "an object",
                static () => new Pad { Text = "clean" },
                static p => p.Text = "dirty",
                static p => p.Text == "clean"
            ),
            Row(stand, "a text is handed to all as it is", Reuse, () => SharedAsync(stand.Cache, new string('a', 5))),
            Row(
                stand,
                "a sealed type with [ImmutableObject(true)] is handed to all as it is",
                Reuse,
                () => SharedAsync(stand.Cache, new Stone("fixed"))
            ),
            Row(
                stand,
                "those who wait together for a mutable value have instances of their own",
                Reuse,
                () => OwnWhileWaitingAsync(stand.Cache)
            ),
        ];

    private static IEnumerable<ContractRow> Value<T>(HybridStand stand, string what, T value)
    {
        const string Source = "GetOrCreateAsync, returns the data, either from cache or the underlying data service";
        yield return Row(
            stand,
            $"{what} is read as it was made",
            Source,
            () => ReadAsMadeAsync(stand.Cache, stand.Cache, value)
        );
        yield return Row(
            stand,
            $"{what} is read as it was set",
            "SetAsync",
            () => ReadAsSetAsync(stand.Cache, stand.Cache, value)
        );
        if (stand.HasTier)
        {
            yield return Row(
                stand,
                $"another process reads {what} as it was made",
                "Learn, stores the object in both caches",
                () => ReadAsMadeAsync(stand.Cache, stand.Other, value)
            );
        }
    }

    /// <param name="stand">Where.</param>
    /// <param name="what">The kind of value.</param>
    /// <param name="make">A new one.</param>
    /// <param name="spoil">Changes one.</param>
    /// <param name="isClean">Whether it was not changed.</param>
    private static IEnumerable<ContractRow> Mutable<T>(
        HybridStand stand,
        string what,
        Func<T> make,
        Action<T> spoil,
        Func<T, bool> isClean
    )
    {
        yield return Row(
            stand,
            $"{what}: what one reader changes no other sees",
            Reuse,
            async () =>
            {
                var key = NewKey();
                spoil(await stand.Cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(make())));
                var second = await FindAsync<T>(stand.Cache, key);
                Must(second.IsThere && isClean(second.Value!), "the second reader sees what the first one did");
                spoil(second.Value!);
                var third = await FindAsync<T>(stand.Cache, key);
                Must(third.IsThere && isClean(third.Value!), "the third reader sees what the second one did");
            }
        );
        yield return Row(
            stand,
            $"{what}: what its maker changes afterwards nobody sees",
            Reuse,
            async () =>
            {
                var (key, made) = (NewKey(), make());
                await stand.Cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(made));
                spoil(made);
                Must(isClean((await FindAsync<T>(stand.Cache, key)).Value!), "a reader sees it");
            }
        );
        yield return Row(
            stand,
            $"{what}: what its setter changes afterwards nobody sees",
            Reuse,
            async () =>
            {
                var (key, made) = (NewKey(), make());
                await stand.Cache.SetAsync(key, made);
                spoil(made);
                Must(isClean((await FindAsync<T>(stand.Cache, key)).Value!), "a reader sees it");
            }
        );
    }

    private static async Task ReadAsMadeAsync<T>(HybridCache writer, HybridCache reader, T value)
    {
        var key = NewKey();
        var made = await writer.GetOrCreateAsync(key, _ => ValueTask.FromResult(value));
        Must(IsSame(made, value), $"the maker has {made}");
        var read = await FindAsync<T>(reader, key);
        Must(read.IsThere && IsSame(read.Value, value), $"the reader has {(read.IsThere ? read.Value : "nothing")}");
    }

    private static async Task ReadAsSetAsync<T>(HybridCache writer, HybridCache reader, T value)
    {
        var key = NewKey();
        await writer.SetAsync(key, value);
        var read = await FindAsync<T>(reader, key);
        Must(read.IsThere && IsSame(read.Value, value), $"the reader has {(read.IsThere ? read.Value : "nothing")}");
    }

    private static bool IsSame<T>(T? one, T? other) =>
        one is System.Collections.IEnumerable and not string && other is System.Collections.IEnumerable wanted
            ? ((System.Collections.IEnumerable)one).Cast<object>().SequenceEqual(wanted.Cast<object>())
            : EqualityComparer<T>.Default.Equals(one, other);

    private static async Task SharedAsync<T>(HybridCache cache, T value)
        where T : class
    {
        var key = NewKey();
        await cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(value));
        var (one, two) = (await FindAsync<T>(cache, key), await FindAsync<T>(cache, key));
        Must(one.IsThere && ReferenceEquals(one.Value, two.Value), "two readers have different instances");
    }

    private static async Task OwnWhileWaitingAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new HeldMaker<Pad>());
        var calls = Enumerable.Range(0, 10).Select(_ => GetAsync(cache, key, maker)).ToList();
        await maker.Begun;
        maker.End(new Pad { Text = "clean" });
        var pads = await Task.WhenAll(calls);
        Must(pads.Distinct(ReferenceEqualityComparer.Instance).Count() == pads.Length, "two have the same instance");
    }

    private sealed record Note(string Text, int Number);

    private sealed class Pad
    {
        public string Text { get; set; } = "";
    }

    [ImmutableObject(true)]
    private sealed record Stone(string Text);
}
