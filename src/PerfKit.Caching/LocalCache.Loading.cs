using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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

        return LoadAsync(_table.Hash(key), key, default, state, factory, cancellationToken);
    }

    /// <summary>Loads although a value is there, which stays readable until the load publishes: for owners within the package.</summary>
    internal ValueTask<TValue> ReloadAsync<TState>(
        TKey key,
        Reload<TValue> reload,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken
    ) => LoadAsync(_table.Hash(key), key, reload, state, factory, cancellationToken);

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
        if (TryJoin(hash, key, default, out var load, out var isFirst, out var value))
        {
            return value;
        }

        return isFirst ? Run(load, hash, key, state, factory) : load.Await(key);
    }

    private async ValueTask<TValue> LoadAsync<TState>(
        uint hash,
        TKey key,
        Reload<TValue> reload,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryJoin(hash, key, reload, out var load, out var isFirst, out var value))
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
        Reload<TValue> reload,
        [NotNullWhen(false)] out CacheLoad<TValue>? load,
        out bool isFirst,
        [MaybeNullWhen(false)] out TValue value
    )
    {
        lock (_gate)
        {
            if (Find(hash, key) is { } entry && !HasExpired(entry) && reload.IsContent(entry.Value))
            {
                if (!reload.IsCounted)
                {
                    _hits.Increment();
                }

                entry.Touch();
                load = null;
                isFirst = false;
                value = entry.Value;
                return true;
            }

            if (!reload.IsCounted)
            {
                _misses.Increment();
            }

            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_loads, key, out _);
            load = slot; // Null although the slot is not new, where making a load failed for want of memory.
            while (load is not null && load.Mode != reload.Mode)
            {
                load = load.Next;
            }

            isFirst = load is null;
            load ??= slot = new CacheLoad<TValue> { Mode = reload.Mode, Next = slot };
            if (!isFirst)
            {
                _joins.Increment();
            }

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
        var use = _rules.Use?.Invoke(value) ?? LoadedUse.Put;
        lock (_gate)
        {
            if (TryEnd(key, load, isNewest: use != LoadedUse.Leave))
            {
                if (use == LoadedUse.Put)
                {
                    Keep(hash, key, value, weight, lifetime);
                }
                else if (use == LoadedUse.Remove && Find(hash, key) is { } old)
                {
                    Drop(old, RemovalCause.Removed);
                }
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

    /// <summary>
    /// Whether this load is still one of the key's own: nothing was set, removed or cleared since it began. Those of other
    /// modes that began before the newest to publish end with it: what they bring is older.
    /// </summary>
    private bool TryEnd(TKey key, CacheLoad<TValue> load, bool isNewest = false)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrNullRef(_loads, key);
        if (Unsafe.IsNullRef(ref first))
        {
            return false;
        }

        var rest = isNewest ? null : load.Next;
        if (first == load)
        {
            first = rest!;
            return rest is not null || _loads.Remove(key);
        }

        var before = first;
        while (before is not null && before.Next != load)
        {
            before = before.Next;
        }

        if (before is not null)
        {
            before.Next = rest;
        }

        return before is not null;
    }

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
