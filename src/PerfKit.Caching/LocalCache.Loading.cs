using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

// Misses: who runs the factory, who waits for it, and what may be published. Internal/README.md has the invariants.
public sealed partial class LocalCache<TKey, TValue>
{
    private readonly Dictionary<TKey, CacheLoad<TValue>> _loads; // Those that may still publish; guarded by _gate.

    /// <inheritdoc/>
    public ValueTask<TValue> GetOrAddAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (Find(key) is { } entry && TryUse(entry))
        {
            _hits.Increment();
            return new ValueTask<TValue>(entry.Value);
        }

        return LoadAsync(_table.Hash(key), key, state, factory, cancellationToken);
    }

    /// <inheritdoc/>
    public TValue GetOrAdd<TState>(TKey key, TState state, Func<TKey, TState, TValue> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (Find(key) is { } entry && TryUse(entry))
        {
            _hits.Increment();
            return entry.Value;
        }

        var hash = _table.Hash(key);
        if (TryJoin(hash, key, out var load, out var isFirst, out var value))
        {
            return value;
        }

        return isFirst ? Run(load, hash, key, state, factory) : load.Await(key);
    }

    private async ValueTask<TValue> LoadAsync<TState>(
        uint hash,
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryJoin(hash, key, out var load, out var isFirst, out var value))
        {
            return value;
        }

        if (isFirst)
        {
            _ = RunAsync(load, hash, key, state, factory); // Never faults: what the factory throws goes to the waiters.
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
        uint hash,
        TKey key,
        [NotNullWhen(false)] out CacheLoad<TValue>? load,
        out bool isFirst,
        [MaybeNullWhen(false)] out TValue value
    )
    {
        lock (_gate)
        {
            if (Find(hash, key) is { } entry && !HasExpired(entry))
            {
                _hits.Increment();
                entry.Touch();
                load = null;
                isFirst = false;
                value = entry.Value;
                return true;
            }

            _misses.Increment();
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_loads, key, out _);
            isFirst = slot is null; // And not whether the slot is new: making a load may have failed for want of memory.
            load = slot ??= new CacheLoad<TValue>();
            load.Waiters++;
            value = default;
            return false;
        }
    }

    private TValue Run<TState>(
        CacheLoad<TValue> load,
        uint hash,
        TKey key,
        TState state,
        Func<TKey, TState, TValue> factory
    )
    {
        using var timing = LoadTiming.Start(_metrics, _name);
        load.RunsOnThisThread();
        try
        {
            var value = factory(key, state);
            Publish(load, hash, key, value, Weigh(key, value), LifetimeOf(key, value));
            return value;
        }
        catch (Exception fault)
        {
            timing.Fail(fault);
            Fail(load, hash, key, fault);
            throw;
        }
    }

    private async Task RunAsync<TState>(
        CacheLoad<TValue> load,
        uint hash,
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory
    )
    {
        using var timing = LoadTiming.Start(_metrics, _name);
        try
        {
            var value = await factory(key, state, load.Token).ConfigureAwait(false);
            Publish(load, hash, key, value, Weigh(key, value), LifetimeOf(key, value));
        }
        catch (Exception fault)
        {
            timing.Fail(fault);
            Fail(load, hash, key, fault);
        }
    }

    private void Publish(CacheLoad<TValue> load, uint hash, TKey key, TValue value, long weight, CacheLifetime lifetime)
    {
        lock (_gate)
        {
            if (TryEnd(key, load))
            {
                Keep(hash, key, value, weight, lifetime);
            }
        }

        load.SetResult(value);
        _removals?.HelpIfBehind();
    }

    private void Fail(CacheLoad<TValue> load, uint hash, TKey key, Exception fault)
    {
        lock (_gate)
        {
            if (TryEnd(key, load))
            {
                _departures.Add(hash, Departure.Failed);
            }
        }

        load.Fail(fault);
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
