using System.Threading.RateLimiting;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>One limit: how many permits, in what time, counted how.</summary>
public class LimitOptions
{
    internal static readonly TimeSpan MinPeriod = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MaxPeriod = TimeSpan.FromDays(366);

    /// <summary>How it counts; by default a token bucket.</summary>
    public LimitAlgorithm Algorithm { get; set; } = LimitAlgorithm.TokenBucket;

    /// <summary>Permits that may be spent in a period, or held at once: 1 to 2,147,483,647, by default 200.</summary>
    public int Permits { get; set; } = 200;

    /// <summary>The time in which the permits come back: 1 ms to 366 days, by default 2 s.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Permits that may be waited for with <c>AcquireAsync</c>: 0 to 2,147,483,647, by default 0: nobody waits. With several
    /// limits in one limiter, the first one's counts.
    /// </summary>
    public int QueueLimit { get; set; }

    /// <summary>
    /// Who of those waiting comes next; by default the oldest. With <c>NewestFirst</c> a full queue turns its oldest away.
    /// </summary>
    public QueueProcessingOrder QueueOrder { get; set; } = QueueProcessingOrder.OldestFirst;

    internal string? Fault(string prefix)
    {
        if (!Enum.IsDefined(Algorithm))
        {
            return Invariant(
                $"{prefix}Algorithm is {Algorithm} but must be one of {string.Join(", ", Enum.GetNames<LimitAlgorithm>())}."
            );
        }

        if (Permits < 1)
        {
            return Invariant($"{prefix}Permits is {Permits} but must be between 1 and {int.MaxValue}.");
        }

        if (Period < MinPeriod || Period > MaxPeriod)
        {
            return Invariant($"{prefix}Period is {Period} but must be between {MinPeriod} and {MaxPeriod}.");
        }

        if (QueueLimit < 0)
        {
            return Invariant($"{prefix}QueueLimit is {QueueLimit} but must be between 0 and {int.MaxValue}.");
        }

        return Enum.IsDefined(QueueOrder)
            ? null
            : Invariant($"{prefix}QueueOrder is {QueueOrder} but must be OldestFirst or NewestFirst.");
    }
}
