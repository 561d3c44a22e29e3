using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// How values come: the overloads, and who waits for whom.
internal static partial class HybridRows
{
    private static IEnumerable<ContractRow> Ways(HybridStand stand, HybridWay way) =>
        [
            Row(
                stand,
                $"{way.Name}: what is not there is made, and then it is there and no factory is called",
                "Learn, Get and store cache entries",
                () => MadeOnceAsync(stand.Cache, way)
            ),
            Row(
                stand,
                $"{way.Name}: what is made has the tags of the call",
                "GetOrCreateAsync, tags",
                () => TaggedAsync(stand.Cache, way)
            ),
            Row(
                stand,
                $"{way.Name}: the options of the call count",
                "GetOrCreateAsync, options",
                () => OptionsCountAsync(stand.Cache, way)
            ),
            Row(
                stand,
                $"{way.Name}: what the factory throws reaches the caller, and nothing is kept",
                "GetOrCreateAsync, factory",
                () => ThrownAsync(stand.Cache, way)
            ),
            Row(
                stand,
                $"{way.Name}: the only caller's cancellation reaches the factory and ends the call",
                "GetOrCreateAsync, cancellationToken",
                () => CancelledAsync(stand.Cache, way)
            ),
            Row(
                stand,
                $"{way.Name}: a call cancelled before it begins calls no factory",
                "GetOrCreateAsync, cancellationToken",
                () => CancelledBeforeAsync(stand.Cache, way)
            ),
        ];

    private static IEnumerable<ContractRow> Sharing(HybridStand stand) =>
        [
            Row(
                stand,
                "one of many concurrent callers calls the factory, and all have what it makes",
                "Learn, Get and store cache entries",
                () => MadeOnceForAllAsync(stand.Cache)
            ),
            Row(
                stand,
                "what a factory throws reaches all who wait for it, and the next caller calls it again",
                "Learn, Get and store cache entries",
                () => ThrownToAllAsync(stand.Cache)
            ),
            Row(
                stand,
                "a caller that is cancelled leaves the others waiting, and they get the value",
                "Learn, CancellationToken represents the combined cancellation",
                () => OneLeavesAsync(stand.Cache)
            ),
            Row(
                stand,
                "when all callers are cancelled the factory is",
                "Learn, CancellationToken represents the combined cancellation",
                () => AllLeaveAsync(stand.Cache)
            ),
            Row(
                stand,
                "callers of other keys do not wait",
                "Learn, one concurrent caller for a given key",
                () => OthersDoNotWaitAsync(stand.Cache)
            ),
            Row(
                stand,
                "calls from many threads give no key the value of another",
                "Learn, Reuse objects: thread safety",
                () => ManyThreadsAsync(stand.Cache)
            ),
        ];

    private static async Task MadeOnceAsync(HybridCache cache, HybridWay way)
    {
        var (key, maker) = (NewKey(), new Maker());
        Must(await way.GetAsync(cache, key, maker.MakeAsync) == "made", "the first call gives something else");
        Must(await way.GetAsync(cache, key, new Maker("again").MakeAsync) == "made", "the second call makes it again");
        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
        await HoldsAsync(cache, key, "made", "it");
    }

    private static async Task TaggedAsync(HybridCache cache, HybridWay way)
    {
        var (key, tag) = (NewKey(), NewKey());
        await way.GetAsync(cache, key, new Maker().MakeAsync, tags: [NewKey(), tag]);
        await HoldsAsync(cache, key, "made", "it");
        await cache.RemoveByTagAsync(tag);
        await HoldsAsync(cache, key, null, "what had the removed tag");
    }

    private static async Task OptionsCountAsync(HybridCache cache, HybridWay way)
    {
        var key = NewKey();
        await way.GetAsync(cache, key, new Maker().MakeAsync, With(WriteNothing));
        await HoldsAsync(cache, key, null, "what was not to be written");
    }

    private static async Task ThrownAsync(HybridCache cache, HybridWay way)
    {
        var key = NewKey();
        await ThrowsAsync<TimeZoneNotFoundException>(
            async () =>
                await way.GetAsync(cache, key, _ => ValueTask.FromException<string>(new TimeZoneNotFoundException())),
            "a factory that fails"
        );
        await ThrowsAsync<TimeZoneNotFoundException>(
            async () => await way.GetAsync<string>(cache, key, _ => throw new TimeZoneNotFoundException()),
            "a factory that throws at once"
        );
        await HoldsAsync(cache, key, null, "what was not made");
    }

    private static async Task CancelledAsync(HybridCache cache, HybridWay way)
    {
        var (key, maker) = (NewKey(), new HeldMaker<string>());
        using var cancellation = new CancellationTokenSource();
        var call = way.GetAsync(cache, key, maker.MakeAsync, token: cancellation.Token).AsTask();
        await maker.Begun;
        await cancellation.CancelAsync();
        await ThrowsAsync<OperationCanceledException>(() => call, "a cancelled call");
        await EventuallyAsync(() => Task.FromResult(maker.IsCancelled), "the factory is not cancelled");
        await HoldsAsync(cache, key, null, "what was cancelled");
    }

    private static async Task CancelledBeforeAsync(HybridCache cache, HybridWay way)
    {
        var maker = new Maker();
        await ThrowsAsync<OperationCanceledException>(
            async () => await way.GetAsync(cache, NewKey(), maker.MakeAsync, token: new CancellationToken(true)),
            "a cancelled call"
        );
        Must(maker.Calls == 0, "the factory was called");
    }

    private static async Task MadeOnceForAllAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new HeldMaker<string>());
        var calls = Enumerable.Range(0, 100).Select(_ => GetAsync(cache, key, maker)).ToList();
        await maker.Begun;
        maker.End("made");
        Must((await Task.WhenAll(calls)).All(static value => value == "made"), "one has another value");
        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
    }

    private static async Task ThrownToAllAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new HeldMaker<string>());
        var calls = Enumerable.Range(0, 20).Select(_ => GetAsync(cache, key, maker)).ToList();
        await maker.Begun;
        maker.Fail(new TimeZoneNotFoundException());
        foreach (var call in calls)
        {
            await ThrowsAsync<TimeZoneNotFoundException>(() => call, "a call that waited");
        }

        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
        Must(await cache.GetOrCreateAsync(key, new Maker().MakeAsync) == "made", "the next caller has another value");
    }

    private static async Task OneLeavesAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new HeldMaker<string>());
        using var cancellation = new CancellationTokenSource();
        var first = GetAsync(cache, key, maker, cancellation.Token);
        await maker.Begun;
        using var others = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 5).Select(_ => GetAsync(cache, key, maker, others.Token)).ToList();
        await cancellation.CancelAsync();
        await ThrowsAsync<OperationCanceledException>(() => first, "the cancelled call");
        Must(!maker.IsCancelled, "the factory is cancelled with the first caller");
        maker.End("made");
        Must((await Task.WhenAll(calls)).All(static value => value == "made"), "one has another value");
        Must(maker.Calls == 1, $"the factory was called {maker.Calls} times");
    }

    private static async Task AllLeaveAsync(HybridCache cache)
    {
        var (key, maker) = (NewKey(), new HeldMaker<string>());
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        var calls = new[] { GetAsync(cache, key, maker, one.Token), GetAsync(cache, key, maker, two.Token) };
        await maker.Begun;
        await one.CancelAsync();
        Must(!maker.IsCancelled, "the factory is cancelled with the first caller");
        await two.CancelAsync();
        foreach (var call in calls)
        {
            await ThrowsAsync<OperationCanceledException>(() => call, "a cancelled call");
        }

        await EventuallyAsync(() => Task.FromResult(maker.IsCancelled), "the factory goes on for nobody");
    }

    private static async Task OthersDoNotWaitAsync(HybridCache cache)
    {
        var maker = new HeldMaker<string>();
        var waiting = GetAsync(cache, NewKey(), maker);
        await maker.Begun;
        var other = await cache.GetOrCreateAsync(NewKey(), new Maker("other").MakeAsync);
        Must(other == "other" && !waiting.IsCompleted, "it has another value");
        maker.End("made");
        await waiting;
    }

    private static async Task ManyThreadsAsync(HybridCache cache)
    {
        var (keys, tag) = (Enumerable.Range(0, 8).Select(_ => NewKey()).ToArray(), NewKey());
        await Task.WhenAll(
            Enumerable.Range(0, 4).Select(seed => Task.Run(() => UseAsync(cache, keys, tag, new Random(seed))))
        );
    }

    private static async Task UseAsync(HybridCache cache, string[] keys, string tag, Random random)
    {
        for (var step = 0; step < 40; step++)
        {
            var key = keys[random.Next(keys.Length)];
            switch (random.Next(8))
            {
                case 0:
                    await cache.SetAsync(key, key, tags: [tag]);
                    break;
                case 1:
                    await cache.RemoveAsync(key);
                    break;
                case 2:
                    await cache.RemoveByTagAsync(tag);
                    break;
                default:
                    var value = await cache.GetOrCreateAsync(key, key, static (k, _) => ValueTask.FromResult(k));
                    Must(value == key, $"'{key}' has the value '{value}'");
                    break;
            }
        }
    }

    private static Task<T> GetAsync<T>(
        HybridCache cache,
        string key,
        HeldMaker<T> maker,
        CancellationToken token = default
    ) => cache.GetOrCreateAsync(key, maker.MakeAsync, cancellationToken: token).AsTask();
}
