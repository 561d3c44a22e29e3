using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

// Writes: what comes in, what has to leave for it, and who is told. Internal/README.md has the invariants.
public sealed partial class LocalCache<TKey, TValue>
{
    private const int SamplesAMiss = 32; // Reads told to the policy for each miss: hits alone leave nothing to decide.
    private const int MostSamplesDue = 1_024;
    private const int SweepMilliseconds = 50;
    private const int LeastSwept = 64; // Buckets a sweep; at least a thousandth of them, so a round takes a minute.

    private readonly DepartureLog _departures = new();
    private readonly RemovalQueue<TKey, TValue>? _removals;
    private readonly long[] _removed = new long[(int)RemovalCause.Refused + 1]; // By cause.
    private long _weight;
    private uint _sampleMask = EvictionPolicy.NoSample;
    private int _samplesDue;
    private bool _expires; // An entry with an expiry was put.
    private long _nextSweep;
    private int _sweepHand;

    /// <inheritdoc/>
    public void Set(TKey key, TValue value) =>
        Put(_table.Hash(key), key, value, Weigh(key, value), LifetimeOf(key, value));

    /// <inheritdoc/>
    public void Set(TKey key, TValue value, CacheLifetime lifetime)
    {
        var hash = _table.Hash(key);
        if (lifetime.Fault() is { } fault)
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), fault);
        }

        Put(hash, key, value, Weigh(key, value), lifetime);
    }

    /// <inheritdoc/>
    public bool TryReplace(TKey key, TValue value, TValue expected)
    {
        var hash = _table.Hash(key);
        var weight = Weigh(key, value);
        var lifetime = LifetimeOf(key, value);
        lock (_gate)
        {
            if (
                Find(hash, key) is not { } entry
                || HasExpired(entry)
                || !EqualityComparer<TValue>.Default.Equals(entry.Value, expected)
            )
            {
                return false;
            }

            _loads.Remove(key);
            Keep(hash, key, value, weight, lifetime);
        }

        _removals?.HelpIfBehind();
        return true;
    }

    /// <inheritdoc/>
    public bool Remove(TKey key)
    {
        var hash = _table.Hash(key);
        lock (_gate)
        {
            if (_loads.Remove(key))
            {
                _departures.Add(hash, Departure.Invalidated);
            }

            if (Find(hash, key) is not { } entry)
            {
                return false;
            }

            var hasExpired = HasExpired(entry);
            Drop(entry, hasExpired ? RemovalCause.Expired : RemovalCause.Removed);
            return !hasExpired;
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            _loads.Clear();
            foreach (var node in _table.All())
            {
                Tell(node.Key, ((CacheEntry<TKey, TValue>)node).Value, RemovalCause.Cleared);
            }

            _table.Clear();
            _policy.Clear();
            _departures.Clear();
            Volatile.Write(ref _weight, 0);
        }

        _removals?.HelpIfBehind();
    }

    /// <summary>Takes the key out as expired, only while this is its value: for owners within the package.</summary>
    internal void Expire(TKey key, TValue value)
    {
        var hash = _table.Hash(key);
        lock (_gate)
        {
            if (Find(hash, key) is { } entry && EqualityComparer<TValue>.Default.Equals(entry.Value, value))
            {
                Drop(entry, RemovalCause.Expired);
            }
        }

        _removals?.HelpIfBehind();
    }

    /// <summary>Evicts the entry that would have to make room next; false when there is none.</summary>
    internal bool TryEvict([MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            value = default;
            return _policy.Count > 0 && Evict(0, _expires ? _clock.Milliseconds : 0, out value);
        }
    }

    private void Put(uint hash, TKey key, TValue value, long weight, CacheLifetime lifetime)
    {
        lock (_gate)
        {
            _loads.Remove(key);
            Keep(hash, key, value, weight, lifetime);
        }

        _removals?.HelpIfBehind();
    }

    private CacheEntry<TKey, TValue>? Find(uint hash, TKey key) =>
        Unsafe.As<CacheEntry<TKey, TValue>>(_table.Find(hash, key));

    private CacheLifetime LifetimeOf(TKey key, TValue value)
    {
        if (_rules.Lifetime is not { } lifetime)
        {
            return default;
        }

        var own = lifetime(key, value);
        return own.Fault() is { } fault ? throw new InvalidOperationException($"{fault} Key: '{key}'.") : own;
    }

    private long Weigh(TKey key, TValue value)
    {
        var weight = _rules.Weigher?.Invoke(key, value) ?? 1;
        return weight >= 0
            ? Math.Max(weight, 1)
            : throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"The weigher gave {weight} for key '{key}'; a weight must not be negative."
                )
            );
    }

    private bool HasExpired(CacheEntry<TKey, TValue> entry) =>
        entry.ExpiresAtMilliseconds != Expiry.Never && entry.ExpiresAtMilliseconds <= _clock.Milliseconds;

    /// <summary>Puts or replaces, under the lock. Room is made first: the bound holds at every moment.</summary>
    private void Keep(uint hash, TKey key, TValue value, long weight, CacheLifetime lifetime)
    {
        var old = Find(hash, key);
        if (weight > _capacity || lifetime.TimeToLive == TimeSpan.Zero)
        {
            Refuse(old, hash, key, value, weight > _capacity ? Departure.TooHeavy : Departure.NoTime);
            return;
        }

        _expires |= _expiry.IsOn || lifetime != default;
        var now = _expires ? _clock.Milliseconds : 0;
        var entry = _expiry.Entry(hash, key, value, weight, lifetime, now);
        if (old is not null)
        {
            _policy.Remove(old);
            Volatile.Write(ref _weight, _weight - old.Weight);
        }

        while (_weight > _capacity - weight)
        {
            Evict(weight, now, out _);
        }

        Volatile.Write(ref _weight, _weight + weight);
        if (old is null)
        {
            _table.Add(entry);
            _policy.Add(entry);
        }
        else
        {
            _table.Replace(old, entry);
            _policy.Replace(old, entry);
            Tell(old.Key, old.Value, old.ExpiresAtMilliseconds <= now ? RemovalCause.Expired : RemovalCause.Replaced);
        }

        _sampleMask = _policy.SampleMask;
        _samplesDue = Math.Min(_samplesDue + SamplesAMiss, MostSamplesDue);
        if (_expires && now >= _nextSweep)
        {
            Sweep(now);
        }
    }

    private void Refuse(CacheEntry<TKey, TValue>? old, uint hash, TKey key, TValue value, Departure why)
    {
        if (old is not null)
        {
            Drop(old, HasExpired(old) ? RemovalCause.Expired : RemovalCause.Replaced);
        }

        _departures.Add(hash, why);
        Tell(key, value, RemovalCause.Refused);
    }

    private bool Evict(long incomingWeight, long now, out TValue value)
    {
        var victim = (CacheEntry<TKey, TValue>)_policy.FindVictim(incomingWeight, now);
        Drop(victim, victim.ExpiresAtMilliseconds <= now ? RemovalCause.Expired : RemovalCause.Evicted);
        value = victim.Value;
        return true;
    }

    private void Drop(CacheEntry<TKey, TValue> entry, RemovalCause cause)
    {
        _table.Remove(entry);
        _policy.Remove(entry);
        Volatile.Write(ref _weight, _weight - entry.Weight);
        _departures.Add(
            entry.Hash,
            cause switch
            {
                RemovalCause.Evicted => Departure.Evicted,
                RemovalCause.Expired => Departure.Expired,
                _ => Departure.Removed,
            }
        );
        Tell(entry.Key, entry.Value, cause);
    }

    private void Tell(TKey key, TValue value, RemovalCause cause)
    {
        ref var removed = ref _removed[(int)cause];
        Volatile.Write(ref removed, removed + 1);
        _rules.Left?.Invoke(key, value, cause);
        _removals?.Add(key, value, cause);
    }

    /// <summary>A reader met an expired entry; it leaves now unless a writer is busy.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropExpired(CacheEntry<TKey, TValue> entry)
    {
        if (_gate.TryEnter())
        {
            try
            {
                if (Find(entry.Hash, entry.Key) == entry && HasExpired(entry))
                {
                    Drop(entry, RemovalCause.Expired);
                }
            }
            finally
            {
                _gate.Exit();
            }
        }
    }

    /// <summary>Takes expired entries out of some buckets, so that they do not stay for good where nobody asks.</summary>
    private void Sweep(long now)
    {
        _nextSweep = now + SweepMilliseconds;
        for (var left = Math.Max(LeastSwept, _table.Buckets / 1_024); left > 0; left--)
        {
            _sweepHand = (_sweepHand + 1) & (_table.Buckets - 1);
            for (var node = _table.Nodes[_sweepHand]; node is not null; node = node.Next)
            {
                if (node.ExpiresAtMilliseconds <= now)
                {
                    Drop((CacheEntry<TKey, TValue>)node, RemovalCause.Expired);
                }
            }
        }
    }
}
