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
