using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

// Misses: who runs the factory, who waits for it, and what may be published. Internal/README.md has the invariants.
public sealed partial class LocalCache<TKey, TValue>
{
    private async ValueTask<TValue> LoadAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryJoin(key, out var load, out var isFirst, out var value))
        {
            return value;
        }

        if (isFirst)
        {
            _ = RunAsync(load, key, state, factory); // Never faults: what the factory throws goes to the waiters.
        }

        try
        {
            return await load.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!load.Task.IsCompleted)
        {
            Leave(key, load);
            throw;
        }
    }

    /// <summary>Under the lock either the value is there by now, or the caller becomes a waiter of the one running load.</summary>
    private bool TryJoin(
        TKey key,
        [NotNullWhen(false)] out CacheLoad<TValue>? load,
        out bool isFirst,
        [MaybeNullWhen(false)] out TValue value
    )
    {
        lock (_gate)
        {
            if (TryRead(key, out value))
            {
                _hits.Increment();
                load = null;
                isFirst = false;
                return true;
            }

            _misses.Increment();
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_loads, key, out var exists);
            load = slot ??= new CacheLoad<TValue>();
            load.Waiters++;
            isFirst = !exists;
            return false;
        }
    }

    private async Task RunAsync<TState>(
        CacheLoad<TValue> load,
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory
    )
    {
        using var activity = CacheMetrics.Activities.StartActivity("perfkit.cache.load");
        activity?.SetTag("cache.name", _name);
        TValue value;
        long weight;
        try
        {
            value = await factory(key, state, load.Token).ConfigureAwait(false);
            weight = Weigh(key, value);
        }
        catch (Exception fault)
        {
            activity?.SetStatus(ActivityStatusCode.Error, fault.Message);
            lock (_gate)
            {
                if (TryEnd(key, load))
                {
                    _table.Departures.Add(key, Departure.Failed);
                }
            }

            load.Fail(fault);
            return;
        }

        lock (_gate)
        {
            if (TryEnd(key, load))
            {
                Keep(key, value, weight);
            }
        }

        load.SetResult(value);
    }

    /// <summary>Whether this load is still the key's own: nothing was set, removed or cleared since it began.</summary>
    private bool TryEnd(TKey key, CacheLoad<TValue> load) =>
        _loads.TryGetValue(key, out var current) && current == load && _loads.Remove(key);

    private void Leave(TKey key, CacheLoad<TValue> load)
    {
        bool isLast;
        lock (_gate)
        {
            load.Waiters--;
            isLast = load.Waiters == 0 && !load.Task.IsCompleted;
            if (isLast)
            {
                TryEnd(key, load); // From here on nobody can join it, and a later caller starts afresh.
            }
        }

        if (isLast)
        {
            load.Abandon();
        }
    }
}
