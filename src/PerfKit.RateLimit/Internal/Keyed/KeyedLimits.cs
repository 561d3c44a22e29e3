using static System.FormattableString;

namespace PerfKit.RateLimit.Internal.Keyed;

/// <summary>What a keyed limiter is made from, checked.</summary>
internal static class KeyedLimits
{
    public const int DefaultMaxKeys = 100_000;
    private const int LargestMaxKeys = 1 << 24;

    public static IReadOnlyList<LimitOptions> Read(IEnumerable<LimitOptions> limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var read = new List<LimitOptions>();
        foreach (var options in limits)
        {
            if (options is null)
            {
                throw new ArgumentException($"Limit {read.Count} is null.", nameof(limits));
            }

            if (KeyLimit.Fault(options, "") is { } fault)
            {
                throw new ArgumentException(fault, nameof(limits));
            }

            read.Add(
                new LimitOptions
                {
                    Algorithm = options.Algorithm,
                    Permits = options.Permits,
                    Period = options.Period,
                }
            );
        }

        return read.Count is >= 1 and <= RateLimiters.MaxLimits
            ? read
            : throw new ArgumentException(
                $"{read.Count} limits were given, but there must be 1 to {RateLimiters.MaxLimits}.",
                nameof(limits)
            );
    }

    /// <summary>What keeps limits from taking the place of others with all that was spent, or null.</summary>
    public static string? ChangeFault(IReadOnlyList<LimitOptions> before, IReadOnlyList<LimitOptions> after)
    {
        if (before.Count != after.Count)
        {
            return Invariant($"{after.Count} limits cannot take the place of {before.Count}: make another limiter.");
        }

        for (var i = 0; i < before.Count; i++)
        {
            if (IsHeld(before[i]) != IsHeld(after[i]))
            {
                return Invariant(
                    $"Limit {i} of {after[i].Algorithm} cannot take the place of {before[i].Algorithm}: make another limiter."
                );
            }
        }

        return null;
    }

    public static bool AreSame(IReadOnlyList<LimitOptions> one, IReadOnlyList<LimitOptions> other) =>
        one.Zip(other)
            .All(static it =>
                it.First.Algorithm == it.Second.Algorithm
                && it.First.Permits == it.Second.Permits
                && it.First.Period == it.Second.Period
            );

    public static bool IsHeld(LimitOptions options) => options.Algorithm == LimitAlgorithm.Concurrency;

    public static string? MaxKeysFault(int maxKeys) =>
        maxKeys is >= 1 and <= LargestMaxKeys
            ? null
            : Invariant($"MaxKeys is {maxKeys} but must be between 1 and {LargestMaxKeys}.");
}
