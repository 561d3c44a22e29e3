using static System.FormattableString;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// What answers say about one limit, as items of Structured Field lists (RFC 9651). Names are plain by validation. The
/// last texts are kept, so that one costs a string only when it is new.
/// </summary>
internal sealed class FieldTexts
{
    private const int KeptTexts = 1_024; // All of three digits.
    private const int ExactBelow = 10_000;
    private const int Digits = 1_000; // Numbers below it have three.

    private readonly Lazy<Kept?[]> _left = new(static () => new Kept?[KeptTexts]);
    private readonly string _name;
    private volatile After _after = new("", "");

    public FieldTexts(string name, LimitOptions limit)
    {
        _name = name;
        Limit = limit;
        Policy =
            limit.Algorithm == LimitAlgorithm.Concurrency
                ? Invariant($"\"{name}\";q={limit.Permits};qu=\"concurrent-requests\"")
                : Invariant($"\"{name}\";q={limit.Permits};w={Seconds.Up(limit.Period)}");
    }

    public LimitOptions Limit { get; }

    /// <summary>The item of <c>RateLimit-Policy</c>: the quota and its window.</summary>
    public string Policy { get; }

    /// <summary>The item behind those of other policies.</summary>
    public string PolicyAfter(string others)
    {
        var last = _after;
        if (!ReferenceEquals(last.Others, others))
        {
            _after = last = new After(others, others + Fields.Separator + Policy);
        }

        return last.Joined;
    }

    /// <summary>
    /// The item of <c>RateLimit</c>: what is left, and the seconds, rounded up, until there is more. From 10,000 on what is
    /// left has three digits, rounded down.
    /// </summary>
    public string Left(in RateLimitDecision decision)
    {
        var digits = Math.Max(0, decision.Remaining);
        var remaining = digits;
        if (digits >= ExactBelow)
        {
            var step = 1;
            for (; digits >= Digits; digits /= 10)
            {
                step *= 10;
            }

            remaining = digits * step;
        }

        var wait = decision.IsAdmitted ? decision.NextPermit : decision.RetryAfter;
        var seconds = wait <= TimeSpan.Zero ? 0 : Seconds.Up(wait); // Full, or only a return helps: no time to tell.
        ref var place = ref _left.Value[(digits + (seconds * 31)) & (KeptTexts - 1)];
        var kept = Volatile.Read(ref place);
        if (kept is null || kept.Remaining != remaining || kept.Seconds != seconds)
        {
            Volatile.Write(ref place, kept = new Kept(remaining, seconds, Write(remaining, seconds)));
        }

        return kept.Text;
    }

    private string Write(int remaining, long seconds) =>
        seconds > 0 ? Invariant($"\"{_name}\";r={remaining};t={seconds}") : Invariant($"\"{_name}\";r={remaining}");

    private sealed record After(string Others, string Joined);

    private sealed record Kept(int Remaining, long Seconds, string Text);
}
