using System.Diagnostics;
using System.Threading.RateLimiting;
using PerfKit.Internal;
using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Internal.Keyed;
using PerfKit.RateLimit.Internal.Leases;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>
/// Limits for each key, in memory that is fixed when the limiter is made: one limit, or several that are spent together or
/// not at all. No timer, no queue, no allocation, no lock once a key is known.
/// </summary>
/// <remarks>
/// A limit counts by <see cref="LimitAlgorithm.TokenBucket"/>, <see cref="LimitAlgorithm.FixedWindow"/> or
/// <see cref="LimitAlgorithm.Concurrency"/>, with the bounds they state. A key whose permits are all there is forgotten
/// when its room is needed. When more keys have spent permits than the table holds, newcomers share theirs: a flood of
/// invented keys makes the limit stricter for new keys, and gives nobody fresh permits. A key that is known is not
/// affected.
/// </remarks>
/// <typeparam name="TResource">What is asked for, such as a request or a tenant's name.</typeparam>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
public sealed partial class KeyedLimiter<TResource> : PartitionedRateLimiter<TResource>, IHolder
{
    private readonly Func<TResource, LimitKey> _keyOf;
    private readonly LimitClock _clock;
    private readonly StripedCounter _admitted = new();
    private readonly StripedCounter _refused = new();
    private readonly int _count;
    private readonly bool _isHeld;
    private volatile KeyTable _table; // Another one after each change of the limits.
    private volatile bool _isDisposed;

    /// <summary>Makes a limiter whose keys have all their permits.</summary>
    /// <param name="keyOf">Whose permits a resource asks for; for strings, <c>LimitKey.Of</c>.</param>
    /// <param name="limits">The limits of each key, 1 to 16, read once. Nobody waits: <c>QueueLimit</c> must be 0.</param>
    /// <param name="maxKeys">
    /// Keys with spent permits that are told apart, 1 to 16,777,216. 27 bytes each are reserved at once, and 15 more for
    /// each limit after the first. Of so many keys, one in ten thousand may share its permits.
    /// </param>
    /// <param name="timeProvider">The clock; the system's by default. It may stand still or go back.</param>
    /// <exception cref="ArgumentException">A value lies outside its range.</exception>
    public KeyedLimiter(
        Func<TResource, LimitKey> keyOf,
        IEnumerable<LimitOptions> limits,
        int maxKeys = KeyedLimits.DefaultMaxKeys,
        TimeProvider? timeProvider = null
    )
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        _keyOf = keyOf;
        _clock = LimitClock.For(timeProvider ?? TimeProvider.System);
        Limits = KeyedLimits.Read(limits);
        if (KeyedLimits.MaxKeysFault(maxKeys) is { } fault)
        {
            throw new ArgumentException(fault, nameof(maxKeys));
        }

        var now = _clock.Now;
        _table = new KeyTable([.. Limits.Select(it => new KeyLimit(it, now))], maxKeys);
        _count = Limits.Count;
        _isHeld = Limits.Any(KeyedLimits.IsHeld);
    }

    /// <summary>The limits of each key, as they were read.</summary>
    public IReadOnlyList<LimitOptions> Limits { get; private set; }

    /// <summary>Permits a rested key may spend at once: those of the smallest limit.</summary>
    public int Permits => _table.Permits;

    internal long Admitted => _admitted.Value;

    internal long Refused => _refused.Value;

    private string DebuggerDisplay =>
        Invariant($"{_count} limits, {Permits} permits, {Admitted} admitted, {Refused} refused");

    /// <summary>
    /// Spends permits if the key has them: <c>AttemptAcquire</c> with more to tell and without a lease. A clock read, a hash
    /// and, when admitted, one compare-and-swap; with several limits, two writes and one more for each.
    /// </summary>
    /// <param name="resource">What is asked for.</param>
    /// <param name="permits">How many, 0 to <see cref="Permits"/>; 0 spends nothing and asks whether any is there.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More permits than the key ever has, or less than none.</exception>
    /// <exception cref="InvalidOperationException">A limit is <c>Concurrency</c>: only a lease gives its permits back.</exception>
    /// <exception cref="ObjectDisposedException">The limiter was disposed.</exception>
    public RateLimitDecision Decide(TResource resource, int permits = 1)
    {
        if (_isHeld)
        {
            throw new InvalidOperationException(
                "Decide without a lease cannot give the permits of a Concurrency limit back: call Acquire or AttemptAcquire."
            );
        }

        var decision = Spend(KeyOf(resource, permits), permits, out _);
        Count(decision.IsAdmitted);
        return decision;
    }

    /// <summary>Decides as <see cref="Decide"/> does, and gives the lease that <c>AttemptAcquire</c> gives. Dispose it to give held permits back.</summary>
    /// <param name="resource">What is asked for.</param>
    /// <param name="permits">How many, 0 to <see cref="Permits"/>; 0 spends nothing and asks whether any is there.</param>
    /// <param name="lease">The lease, acquired or not.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More permits than the key ever has, or less than none.</exception>
    /// <exception cref="ObjectDisposedException">The limiter was disposed.</exception>
    public RateLimitDecision Acquire(TResource resource, int permits, out RateLimitLease lease)
    {
        var word = 0L;
        var words = _count == 1 ? new Span<long>(ref word) : stackalloc long[_count];
        var wait = Spend(KeyOf(resource, permits), permits, words, out var table, out var now, out var place);
        Count(wait == 0);
        lease = LeaseOf(wait, permits, place - table.Start);
        return table.Decision(wait, words, now);
    }

    /// <summary>Says in a sentence what the key has left of each limit and when it gets more; spends and counts nothing.</summary>
    /// <param name="resource">What would be asked for.</param>
    /// <returns>The sentence. Its wording may change; the resource's text is part of it.</returns>
    /// <exception cref="ObjectDisposedException">The limiter was disposed.</exception>
    public string Explain(TResource resource)
    {
        var limits = Describe(KeyOf(resource, 0), out var isShared);
        var shared = isShared ? " It shares them with other keys, because the table is full of keys in use." : "";
        return Invariant($"'{resource}' has {limits}.{shared}");
    }

    /// <summary>
    /// The key's permits. The totals are those of all keys: a key is a word a limit and keeps no history. Nothing queues.
    /// </summary>
    /// <param name="resource">What would be asked for.</param>
    /// <returns>The statistics.</returns>
    /// <exception cref="ObjectDisposedException">The limiter was disposed.</exception>
    public override RateLimiterStatistics GetStatistics(TResource resource)
    {
        var words = new long[_count];
        var table = Peek(KeyOf(resource, 0), words, out var now);
        return new()
        {
            CurrentAvailablePermits = table.Available(words, now),
            TotalSuccessfulLeases = Admitted,
            TotalFailedLeases = Refused,
        };
    }

    void IHolder.Return(int permits, int place)
    {
        var table = _table;
        while (!table.TryReturn(table.Start + place, permits))
        {
            table = Next();
        }
    }

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        var word = 0L;
        var words = _count == 1 ? new Span<long>(ref word) : stackalloc long[_count];
        var wait = Spend(KeyOf(resource, permitCount), permitCount, words, out var table, out _, out var place);
        Count(wait == 0);
        return LeaseOf(wait, permitCount, place - table.Start);
    }

    /// <summary>Decides at once, as <c>AttemptAcquire</c> does: nothing queues here.</summary>
    /// <param name="resource">What is asked for.</param>
    /// <param name="permitCount">The permits.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>The lease.</returns>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        TResource resource,
        int permitCount,
        CancellationToken cancellationToken
    ) => new(AttemptAcquireCore(resource, permitCount));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        _isDisposed = true;
        return base.DisposeAsyncCore();
    }

    private LimitKey KeyOf(TResource resource, int permits)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, Permits);
        return _keyOf(resource);
    }

    private void Count(bool isAdmitted) => (isAdmitted ? _admitted : _refused).Increment();

    private long Spend(LimitKey key, int permits, Span<long> words, out KeyTable table, out long now, out int place)
    {
        table = _table;
        now = _clock.Now;
        var name = KeyTable.NameOf(key);
        long wait;
        while ((wait = table.Spend(name, permits, now, words, out place)) == KeyTable.Left)
        {
            table = Next();
            now = _clock.Now;
        }

        return wait;
    }

    private RateLimitLease LeaseOf(long wait, int permits, int place) =>
        wait != 0 ? WaitLease.Of(wait)
        : _isHeld && permits > 0 ? HeldLease.Of(this, permits, place)
        : GrantedLease.Shared;
}
