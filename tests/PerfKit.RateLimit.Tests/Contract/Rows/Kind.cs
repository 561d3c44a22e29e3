using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

/// <summary>What a row asks of the limiter it runs on.</summary>
/// <param name="Permits">Permits of each of its limits.</param>
/// <param name="QueueLimit">Permits that may be waited for.</param>
/// <param name="Order">Who is served first.</param>
public readonly record struct Shape(int Permits, int QueueLimit, QueueProcessingOrder Order);

/// <summary>A kind of limiter that the rows run on: each of ours, and the framework's, which say what is right.</summary>
/// <param name="Name">Its name in a test.</param>
/// <param name="IsHeld">Whether its leases give permits back.</param>
/// <param name="IsTimed">Whether time gives permits back.</param>
/// <param name="IsOnMachine">
/// Whether it lives in the machine's time. Ours has short ways there that it has on no other clock, but its permits come
/// back too late for a row that waits for them: it is kept as far as it went.
/// </param>
/// <param name="Make">Makes one on a clock.</param>
public sealed record Kind(
    string Name,
    bool IsHeld,
    bool IsTimed,
    bool IsOnMachine,
    Func<TimeProvider, Shape, RateLimiter> Make
)
{
    /// <summary>In which all permits of ours come back.</summary>
    public static readonly TimeSpan OurPeriod = TimeSpan.FromMinutes(10);

    /// <summary>The same of the framework's, which know no clock but the machine's.</summary>
    public static readonly TimeSpan TheirPeriod = TimeSpan.FromMilliseconds(4);

    public static IReadOnlyList<Kind> Ours { get; } =
    [
        .. Enum.GetValues<LimitAlgorithm>().Select(static it => Of(it.ToString(), it)),
        Of("FixedWindow, machine's clock", LimitAlgorithm.FixedWindow) with
        {
            IsOnMachine = true,
        },
        Of("SlidingLog, machine's clock", LimitAlgorithm.SlidingLog) with
        {
            IsOnMachine = true,
        },
        Of("three timed", LimitAlgorithm.TokenBucket, LimitAlgorithm.SlidingWindow, LimitAlgorithm.FixedWindow),
        Of("three, one held", LimitAlgorithm.SlidingLog, LimitAlgorithm.Concurrency, LimitAlgorithm.TokenBucket),
    ];

    public static IReadOnlyList<Kind> Theirs { get; } =
    [
        new(
            nameof(TokenBucketRateLimiter),
            IsHeld: false,
            IsTimed: true,
            IsOnMachine: true,
            static (_, shape) =>
                new TokenBucketRateLimiter(
                    new()
                    {
                        TokenLimit = shape.Permits,
                        TokensPerPeriod = shape.Permits,
                        ReplenishmentPeriod = TheirPeriod,
                        AutoReplenishment = false,
                        QueueLimit = shape.QueueLimit,
                        QueueProcessingOrder = shape.Order,
                    }
                )
        ),
        new(
            nameof(FixedWindowRateLimiter),
            IsHeld: false,
            IsTimed: true,
            IsOnMachine: true,
            static (_, shape) =>
                new FixedWindowRateLimiter(
                    new()
                    {
                        PermitLimit = shape.Permits,
                        Window = TheirPeriod,
                        AutoReplenishment = false,
                        QueueLimit = shape.QueueLimit,
                        QueueProcessingOrder = shape.Order,
                    }
                )
        ),
        new(
            nameof(SlidingWindowRateLimiter),
            IsHeld: false,
            IsTimed: true,
            IsOnMachine: true,
            static (_, shape) =>
                new SlidingWindowRateLimiter(
                    new()
                    {
                        PermitLimit = shape.Permits,
                        Window = TheirPeriod,
                        SegmentsPerWindow = 2,
                        AutoReplenishment = false,
                        QueueLimit = shape.QueueLimit,
                        QueueProcessingOrder = shape.Order,
                    }
                )
        ),
        new(
            nameof(ConcurrencyLimiter),
            IsHeld: true,
            IsTimed: false,
            IsOnMachine: true,
            static (_, shape) =>
                new ConcurrencyLimiter(
                    new()
                    {
                        PermitLimit = shape.Permits,
                        QueueLimit = shape.QueueLimit,
                        QueueProcessingOrder = shape.Order,
                    }
                )
        ),
    ];

    public override string ToString() => Name;

    private static Kind Of(string name, params LimitAlgorithm[] algorithms) =>
        new(
            name,
            algorithms.Contains(LimitAlgorithm.Concurrency),
            algorithms.Any(static it => it != LimitAlgorithm.Concurrency),
            IsOnMachine: false,
            (clock, shape) =>
                RateLimiters.Create(
                    clock,
                    [
                        .. algorithms.Select(it => new LimitOptions
                        {
                            Algorithm = it,
                            Permits = shape.Permits,
                            Period = OurPeriod,
                            QueueLimit = shape.QueueLimit,
                            QueueOrder = shape.Order,
                        }),
                    ]
                )
        );
}
