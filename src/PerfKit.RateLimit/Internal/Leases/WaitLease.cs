using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Limits;

namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>
/// A refusal and how long to wait. There is one object for each wait of three decimal digits, made when it is first
/// needed and kept, some 14,000 and half a megabyte at most: other waits take the next longer one, by less than a
/// hundredth.
/// </summary>
internal sealed class WaitLease : RateLimitLease
{
    private const int Digits = 1_000; // Values of a decade have three digits.
    private const int Decades = 16; // Of ticks: 10^18 of them are longer than any clock runs.

    private static readonly WaitLease UntilReturned = new(null);
    private static readonly string[] Names = [MetadataName.RetryAfter.Name];
    private static readonly WaitLease?[]?[] Known = new WaitLease?[]?[Decades];

    private readonly object? _wait;

    private WaitLease(TimeSpan? wait) => _wait = wait;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => _wait is null ? [] : Names;

    /// <summary>The lease of a wait in units of <see cref="LimitClock"/>; of <see cref="Limit.UntilReturned"/>, one without.</summary>
    public static WaitLease Of(long wait)
    {
        if (wait == Limit.UntilReturned)
        {
            return UntilReturned;
        }

        var ticks = LimitClock.RoundUp(wait).Ticks;
        var decade = 0;
        var step = 1L;
        while (ticks > (Digits - 1) * step)
        {
            step *= 10;
            decade++;
        }

        var digits = (ticks + step - 1) / step;
        var leases = Volatile.Read(ref Known[decade]) ?? Add(ref Known[decade], new WaitLease?[Digits]);
        return Volatile.Read(ref leases[digits]) ?? Add(ref leases[digits], new(TimeSpan.FromTicks(digits * step)));
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? _wait : null;
        return metadata is not null;
    }

    private static T Add<T>(ref T? place, T made)
        where T : class => Interlocked.CompareExchange(ref place, made, null) ?? made;
}
