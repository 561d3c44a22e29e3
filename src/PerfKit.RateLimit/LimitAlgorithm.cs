namespace PerfKit.RateLimit;

/// <summary>How a limit counts. Each says how much it may admit at most; none admits more.</summary>
public enum LimitAlgorithm
{
    /// <summary>
    /// A bucket of <c>Permits</c> that refills evenly within <c>Period</c> (GCRA): at most
    /// <c>Permits x (1 + t / Period)</c> in any time t. One word of state.
    /// </summary>
    TokenBucket,

    /// <summary>
    /// At most <c>Permits</c> in any <c>Period</c>, wherever it begins. A permit comes back up to a 32nd of the period
    /// late, because time is counted in segments. 33 counters of state.
    /// </summary>
    SlidingWindow,

    /// <summary>
    /// At most <c>Permits</c> in any <c>Period</c>, and each permit comes back exactly a period after it was spent. 16
    /// bytes, kept, for each admission of the busiest period, up to 1,048,576 of them; beyond, admissions are joined and
    /// come back late.
    /// </summary>
    SlidingLog,

    /// <summary>
    /// <c>Permits</c> in each period, all back when the next begins: at most <c>2 x Permits</c> in a period that spans an
    /// edge. The periods begin when the limiter is made.
    /// </summary>
    FixedWindow,

    /// <summary>At most <c>Permits</c> held at once; a lease gives them back when it is disposed. <c>Period</c> is not used.</summary>
    Concurrency,
}
