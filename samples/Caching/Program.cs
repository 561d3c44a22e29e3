// A hundred callers miss one key together: one of them pays, all get the answer. A removal meanwhile is not undone.
using PerfKit.Caching;

var cache = new LocalCache<string, int>(new LocalCacheOptions { Capacity = 3 });
var calls = 0;
var answer = new TaskCompletionSource<int>();

var callers = Enumerable
    .Range(0, 100)
    .Select(_ =>
        cache
            .GetOrAddAsync(
                "price",
                answer,
                (_, slow, _) =>
                {
                    calls++;
                    return new ValueTask<int>(slow.Task);
                }
            )
            .AsTask()
    )
    .ToList();

Console.WriteLine(cache.Explain("price"));
cache.Remove("price");
answer.SetResult(7);
Console.WriteLine($"{(await Task.WhenAll(callers)).Length} answers from {calls} call.");
Console.WriteLine(cache.Explain("price"));

// In two tiers, where a second one is given (`AddRedis`). A value is kept under its tags, an absence for a time of its own;
// a tag removes what bears it, in every process.
using var tiered = new TieredCache(new TieredCacheOptions());
var pages = 0;
for (var visit = 0; visit < 3; visit++)
{
    await tiered.GetOrCreateAsync(
        "page",
        42,
        (id, _) => ValueTask.FromResult($"page {id}, made {++pages}x"),
        tags: ["site"]
    );
    if (visit == 1)
    {
        await tiered.RemoveByTagAsync("site");
    }
}

var page = await tiered.TryGetAsync<string>("page");
await tiered.GetOrCreateAsync("nobody", 0, static (_, context, _) => ValueTask.FromResult(context.NotFound<string>()));
var nobody = await tiered.TryGetAsync<string>("nobody");
Console.WriteLine($"{page.Value}; nobody is known to be absent: {nobody.IsKnownAbsent}.");
