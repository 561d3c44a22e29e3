using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.RateLimiting;
using PerfKit.Internal;
using PerfKit.RateLimit.Internal;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>
/// A token bucket for each key, in memory that is fixed when the limiter is made: a burst, refilled at a steady rate
/// (GCRA). No timer, no queue, no lock once a key is known.
/// </summary>
/// <remarks>
/// A key that starts rested gets at most <c>Burst + PermitsPerSecond x t</c> permits in any time t. Keys are told apart
/// by a 64-bit hash with a secret seed (XXH3). When more keys have spent permits than the table holds, newcomers share a
/// bucket: a flood of invented keys makes the limit stricter for new keys, and gives nobody fresh permits. A key that is
/// known is not affected.
/// </remarks>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
public sealed class KeyedTokenBucket : PartitionedRateLimiter<string>
{
    internal const int LargestMaxKeys = 1 << 24;

    private readonly BucketTable _buckets;
    private readonly Gcra _gcra;
    private readonly NanosecondClock _clock;
    private readonly StripedCounter _admitted = new();
    private readonly StripedCounter _refused = new();
    private readonly long _seed;

    /// <summary>Makes a limiter whose keys all have a full bucket.</summary>
    /// <param name="options">Rate and burst, read once.</param>
    /// <param name="maxKeys">
    /// Keys with spent permits that are told apart, 1 to 16,777,216; 34 to 68 bytes each are reserved at once.
    /// </param>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">A value lies outside its range.</exception>
    public KeyedTokenBucket(TokenBucketPolicyOptions options, int maxKeys = 100_000, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault("") is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        if (MaxKeysFault(maxKeys) is { } keysFault)
        {
            throw new ArgumentException(keysFault, nameof(maxKeys));
        }

        PermitsPerSecond = options.PermitsPerSecond;
        _gcra = new Gcra(options.PermitsPerSecond, options.Burst);
        _buckets = new BucketTable(maxKeys);
        _clock = new NanosecondClock(timeProvider ?? TimeProvider.System);
        _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
    }

    /// <summary>The lease metadata that tells how many permits the key could still spend at once.</summary>
    public static MetadataName<int> RemainingPermits { get; } = MetadataName.Create<int>("REMAINING_PERMITS");

    /// <summary>Permits that come back each second, for each key.</summary>
    public double PermitsPerSecond { get; }

    /// <summary>Permits a rested key may spend at once.</summary>
    public int Burst => _gcra.Burst;

    internal long Admitted => _admitted.Value;

    internal long Refused => _refused.Value;

    private string DebuggerDisplay =>
        Invariant($"{PermitsPerSecond}/s, burst {Burst}, admitted {Admitted}, refused {Refused}");

    /// <summary>
    /// Spends permits if the key has them. The same as <c>AttemptAcquire</c>, without allocating a lease; a clock read, a
    /// hash and, when admitted, one compare-and-swap.
    /// </summary>
    /// <param name="key">Whose permits; of any length, only its hash is kept.</param>
    /// <param name="permits">How many, 0 to <see cref="Burst"/>; 0 spends nothing and asks whether any is there.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentOutOfRangeException">More permits than the burst, or less than none.</exception>
    public RateLimitDecision Decide(string key, int permits = 1)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, Burst);
        var decision = _buckets.Spend(Hash(key), _gcra, permits, _clock.Now);
        (decision.IsAdmitted ? _admitted : _refused).Increment();
        return decision;
    }

    /// <summary>Says in a sentence what the key has left and when it gets more; spends nothing, counts nothing.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The sentence. Its wording may change; the key's text is part of it.</returns>
    public string Explain(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var decision = Look(key, out var isShared);
        var shared = isShared ? " It shares a bucket with other keys, because the table is full of keys in use." : "";
        return decision.Remaining == Burst
            ? Invariant($"'{key}' has all {Burst} permits.{shared}")
            : Invariant(
                $"'{key}' has {decision.Remaining} of {Burst} permits; the next comes in {decision.NextPermit.TotalMilliseconds:0.###} ms, {PermitsPerSecond} a second.{shared}"
            );
    }

    /// <summary>
    /// The key's permits. The totals are those of all keys: a bucket is one word and keeps no history. Nothing queues.
    /// </summary>
    /// <param name="resource">The key.</param>
    /// <returns>The statistics.</returns>
    public override RateLimiterStatistics GetStatistics(string resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new()
        {
            CurrentAvailablePermits = Look(resource, out _).Remaining,
            TotalSuccessfulLeases = Admitted,
            TotalFailedLeases = Refused,
        };
    }

    internal static string? MaxKeysFault(int maxKeys) =>
        maxKeys is >= 1 and <= LargestMaxKeys
            ? null
            : Invariant($"MaxKeys is {maxKeys} but must be between 1 and {LargestMaxKeys}.");

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(string resource, int permitCount) =>
        new TokenLease(Decide(resource, permitCount));

    /// <summary>Decides at once, as <c>AttemptAcquire</c> does: nothing queues here.</summary>
    /// <param name="resource">The key.</param>
    /// <param name="permitCount">The permits.</param>
    /// <param name="cancellationToken">Not needed.</param>
    /// <returns>The lease.</returns>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        string resource,
        int permitCount,
        CancellationToken cancellationToken
    ) => new(AttemptAcquireCore(resource, permitCount));

    private RateLimitDecision Look(string key, out bool isShared) =>
        _gcra.Decide(_buckets.Peek(Hash(key), out isShared), 0, _clock.Now, out _);

    private long Hash(string key)
    {
        var hash = (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()), _seed);
        return hash == 0 ? 1 : hash; // 0 marks a slot without owner.
    }
}
