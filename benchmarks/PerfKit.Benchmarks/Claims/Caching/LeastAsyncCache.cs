using System.Collections.Concurrent;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>Bounds nothing, expires nothing, and lets every caller that misses load.</summary>
internal sealed class LeastAsyncCache
{
    private readonly ConcurrentDictionary<string, string> _values = new();

    public ValueTask<string> GetOrAddAsync<TState>(
        string key,
        TState state,
        Func<string, TState, CancellationToken, ValueTask<string>> factory,
        CancellationToken cancellationToken = default
    ) => _values.TryGetValue(key, out var value) ? new(value) : AddAsync(key, state, factory, cancellationToken);

    private async ValueTask<string> AddAsync<TState>(
        string key,
        TState state,
        Func<string, TState, CancellationToken, ValueTask<string>> factory,
        CancellationToken cancellationToken
    ) => _values[key] = await factory(key, state, cancellationToken);
}
