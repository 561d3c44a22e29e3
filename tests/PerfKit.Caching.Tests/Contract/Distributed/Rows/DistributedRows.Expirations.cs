using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

internal static partial class DistributedRows
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365_000); // What counts as for ever.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(20); // A machine may be that busy.

    private static IEnumerable<ContractRow> Expirations(RedisStand stand, Way way) =>
        [
            .. Lives(stand, way),
            .. Bounds(stand, way),
            .. Ends(stand, way),
            .. Slides(stand, way),
            .. Clocks(stand, way),
        ];

    private static IEnumerable<ContractRow> Lives(RedisStand stand, Way way) =>
        [
            Row(way, "without expirations it lives for ever", () => LivesAsync(stand, way, Lasting, null)),
            Row(way, "it ends a span from now", () => LivesAsync(stand, way, For(10 * Minute), 10 * Minute)),
            Row(
                way,
                "it ends at a moment",
                () =>
                    LivesAsync(
                        stand,
                        way,
                        new() { AbsoluteExpiration = TimeProvider.System.GetUtcNow() + (10 * Minute) },
                        10 * Minute
                    )
            ),
            Row(
                way,
                "a moment may be told with an offset",
                () =>
                    LivesAsync(
                        stand,
                        way,
                        new()
                        {
                            AbsoluteExpiration = (TimeProvider.System.GetUtcNow() + (10 * Minute)).ToOffset(
                                TimeSpan.FromHours(-9)
                            ),
                        },
                        10 * Minute
                    )
            ),
            Row(
                way,
                "the span from now counts where a moment is told too",
                () =>
                    LivesAsync(
                        stand,
                        way,
                        new()
                        {
                            AbsoluteExpiration = TimeProvider.System.GetUtcNow() + (60 * Minute),
                            AbsoluteExpirationRelativeToNow = 10 * Minute,
                        },
                        10 * Minute
                    )
            ),
        ];

    private static IEnumerable<ContractRow> Bounds(RedisStand stand, Way way) =>
        [
            Row(
                way,
                "a moment that has passed is an argument error though a span is told too",
                () =>
                    OutOfRangeAsync(
                        () =>
                            LivesAsync(
                                stand,
                                way,
                                new()
                                {
                                    AbsoluteExpiration = TimeProvider.System.GetUtcNow() - Minute,
                                    AbsoluteExpirationRelativeToNow = Minute,
                                },
                                Minute
                            ),
                        "a write"
                    )
            ),
            Row(way, "the longest span is no error", () => LivesAsync(stand, way, For(TimeSpan.MaxValue), Longest)),
            Row(
                way,
                "the longest sliding span is no error",
                () => LivesAsync(stand, way, For(null, TimeSpan.MaxValue), Longest)
            ),
            Row(
                way,
                "of both spans the shorter counts",
                () => LivesAsync(stand, way, For(60 * Minute, Minute), Minute)
            ),
            Row(
                way,
                "of both spans the shorter counts, either way",
                () => LivesAsync(stand, way, For(Minute, 60 * Minute), Minute)
            ),
        ];

    private static IEnumerable<ContractRow> Ends(RedisStand stand, Way way) =>
        [
            Row(
                way,
                "a write forgets the expirations of what was there",
                async () =>
                {
                    var key = NewKey();
                    await way.SetAsync(stand.Cache, key, Value(), For(Minute, Minute));
                    await way.SetAsync(stand.Cache, key, Value(), Lasting);
                    await LeftAsync(stand, key, null, "it");
                    await way.GetAsync(stand.Cache, key);
                    await LeftAsync(stand, key, null, "it, read,");
                }
            ),
            Row(
                way,
                "a span shorter than a millisecond is no error",
                () => EndsAsync(stand, way, For(TimeSpan.FromTicks(1)))
            ),
            Row(way, "it is gone at its end", () => EndsAsync(stand, way, For(TimeSpan.FromMilliseconds(20)))),
            Row(
                way,
                "a sliding one that is read without pause is gone at its absolute end",
                () => EndsAsync(stand, way, For(TimeSpan.FromMilliseconds(60), Minute))
            ),
        ];

    private static IEnumerable<ContractRow> Slides(RedisStand stand, Way way) =>
        [
            Row(way, "a read slides", () => SlidesAsync(stand, way.GetAsync, way, For(null, 10 * Minute), 10 * Minute)),
            Row(
                way,
                "a refresh slides",
                () => SlidesAsync(stand, way.RefreshAsync, way, For(null, 10 * Minute), 10 * Minute)
            ),
            Row(
                way,
                "a read never slides beyond the absolute end",
                () => SlidesAsync(stand, way.GetAsync, way, For(5 * Minute, 10 * Minute), 5 * Minute)
            ),
            Row(
                way,
                "a refresh never slides beyond the absolute end",
                () => SlidesAsync(stand, way.RefreshAsync, way, For(5 * Minute, 10 * Minute), 5 * Minute)
            ),
            Row(
                way,
                "a read slides by the span while the absolute end is far",
                () => SlidesAsync(stand, way.GetAsync, way, For(60 * Minute, 10 * Minute), 10 * Minute)
            ),
            Row(
                way,
                "a read does not slide what has no sliding span",
                () => SlidesAsync(stand, way.GetAsync, way, For(10 * Minute), Minute)
            ),
            Row(
                way,
                "a refresh does not slide what has no sliding span",
                () => SlidesAsync(stand, way.RefreshAsync, way, For(10 * Minute), Minute)
            ),
        ];

    private static IEnumerable<ContractRow> Clocks(RedisStand stand, Way way) =>
        new[] { -600, -5, 5, 600 }.Select(minutes =>
            Row(
                way,
                $"a node whose clock is {minutes} minutes off keeps every promise to one whose is not",
                async () =>
                {
                    var clock = new SkewedClock(minutes * Minute);
                    var wrong = stand.Make("contract", clock);
                    var (key, value) = (NewKey(), Value());
                    var end = clock.GetUtcNow() + (3 * Minute);
                    await way.SetAsync(
                        wrong,
                        key,
                        value,
                        new() { AbsoluteExpiration = end, SlidingExpiration = 4 * Minute }
                    );
                    await HoldsAsync(way, stand.Cache, key, value, "the right one");
                    await LeftAsync(stand, key, 3 * Minute, "it");
                    await stand.AgeAsync(key, Minute);
                    await way.GetAsync(wrong, key);
                    await way.GetAsync(wrong, NewKey()); // Behind the slide on the same connection.
                    await LeftAsync(stand, key, 3 * Minute, "it, slid by the wrong one,");
                    await way.SetAsync(stand.Cache, key, value, For(3 * Minute, 2 * Minute));
                    await HoldsAsync(way, wrong, key, value, "the wrong one");
                    await stand.AgeAsync(key, Minute);
                    await way.RefreshAsync(wrong, key);
                    await LeftAsync(stand, key, 2 * Minute, "one of the right one, slid by the wrong one,");
                }
            )
        );

    private static async Task LivesAsync(
        RedisStand stand,
        Way way,
        DistributedCacheEntryOptions options,
        TimeSpan? expected
    )
    {
        var (key, value) = (NewKey(), Value());
        await way.SetAsync(stand.Cache, key, value, options);
        await LeftAsync(stand, key, expected, "it");
        await HoldsAsync(way, stand.Cache, key, value, "it");
    }

    /// <summary>Reads without pause until it is gone, for some seconds at most.</summary>
    private static async Task EndsAsync(RedisStand stand, Way way, DistributedCacheEntryOptions options)
    {
        var key = NewKey();
        await way.SetAsync(stand.Cache, key, Value(), options);
        var from = TimeProvider.System.GetTimestamp();
        while (await way.GetAsync(stand.Cache, key) is not null)
        {
            ContractRow.Must(TimeProvider.System.GetElapsedTime(from) < Slack, "it is there long after its end");
        }
    }

    /// <summary>Lets the entry grow old, calls, and looks at what it has left.</summary>
    private static async Task SlidesAsync(
        RedisStand stand,
        Func<IDistributedCache, string, CancellationToken, Task> call,
        Way way,
        DistributedCacheEntryOptions options,
        TimeSpan expected
    )
    {
        var key = NewKey();
        await way.SetAsync(stand.Cache, key, Value(), options);
        await stand.AgeAsync(key, Minute);
        await call(stand.Cache, key, default);
        await way.GetAsync(stand.Cache, NewKey()); // Behind the slide on the same connection.
        await LeftAsync(stand, key, expected, "it");
    }

    private static async Task LeftAsync(RedisStand stand, string key, TimeSpan? expected, string what)
    {
        var left = await stand.LeftAsync(key);
        ContractRow.Must(
            expected is null ? left is null : left <= expected && left > expected - Slack,
            $"{what} has {left?.ToString() ?? "no end"} left and not {expected?.ToString() ?? "no end"}"
        );
    }
}
