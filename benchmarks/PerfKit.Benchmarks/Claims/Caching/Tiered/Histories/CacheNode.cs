using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>A tiered cache of this process as the one node of a history; keys and tags of a history are its own.</summary>
/// <param name="cache">The cache.</param>
/// <param name="seed">Of the history.</param>
/// <param name="clock">The cache's clock where time is to pass; then factories fail now and then as well.</param>
/// <param name="isRace">Whether threads race, so that loads have to be made long.</param>
internal sealed class CacheNode(TieredCache cache, int seed, FakeTimeProvider? clock, bool isRace = false) : ICacheNodes
{
    private static int _count;
    private readonly string _own = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _count)}/");
    private readonly Random _random = new(seed);

    public async ValueTask<long> ReadAsync(int node, string key, Func<ValueTask<long>> load)
    {
        Pass();
        try
        {
            // What the load does belongs to this operation, also when the cache runs it later and elsewhere.
            var call = new Call(this, load, ExecutionContext.Capture()!);
            return await cache.GetOrCreateAsync(
                _own + key,
                call,
                static (call, _, _) => call.RunAsync(),
                tags: [TagOf(key), _own]
            );
        }
        catch (Exception e) when (e is InvalidDataException or TimeoutException)
        {
            return await load(); // As who has no cache.
        }
    }

    public ValueTask WriteAsync(int node, CacheOperationKind how, string key, long value)
    {
        Pass();
        return how switch
        {
            CacheOperationKind.Set => cache.SetAsync(_own + key, value, tags: [TagOf(key), _own]),
            CacheOperationKind.Remove => cache.RemoveAsync(_own + key),
            _ => cache.RemoveByTagAsync(value % 2 == 0 ? TagOf(key) : _own),
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string TagOf(string key) => $"{_own}tag of {key}";

    private void Pass()
    {
        if (clock is not null)
        {
            clock.Advance(TimeSpan.FromMilliseconds(Next(700)));
        }
    }

    private int Next(int end)
    {
        lock (_random)
        {
            return _random.Next(end);
        }
    }

    private sealed class Call(CacheNode node, Func<ValueTask<long>> load, ExecutionContext context)
    {
        public ValueTask<long> RunAsync()
        {
            Task<long>? loading = null;
            ExecutionContext.Run(context, _ => loading = LoadAsync(), null);
            return new ValueTask<long>(loading!);
        }

        private async Task<long> LoadAsync()
        {
            if (node.IsRace)
            {
                await Task.Yield();
            }

            var value = await load();
            if (node.IsRace)
            {
                await Task.Yield();
            }

            node.Pass();
            return node.HasClock && node.Next(4) == 0 ? throw new InvalidDataException() : value;
        }
    }

    private bool IsRace => isRace;

    private bool HasClock => clock is not null;
}
