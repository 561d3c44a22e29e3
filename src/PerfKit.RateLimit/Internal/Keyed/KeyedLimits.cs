using static System.FormattableString;

namespace PerfKit.RateLimit.Internal.Keyed;

/// <summary>What a keyed limiter is made from, checked.</summary>
internal static class KeyedLimits
{
    public const int DefaultMaxKeys = 100_000;
    private const int LargestMaxKeys = 1 << 24;

    public static IReadOnlyList<LimitOptions> Read(IEnumerable<LimitOptions> limits, int maxKeys)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (MaxKeysFault(maxKeys) is { } keysFault)
        {
            throw new ArgumentException(keysFault, nameof(maxKeys));
        }

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

    public static string? MaxKeysFault(int maxKeys) =>
        maxKeys is >= 1 and <= LargestMaxKeys
            ? null
            : Invariant($"MaxKeys is {maxKeys} but must be between 1 and {LargestMaxKeys}.");
}
