namespace PerfKit.RateLimit.Tests.Model;

/// <summary>
/// What a seed decides before a history begins: the limits, the clock's frequency and where it stands. One seed in four
/// has a limit of held permits.
/// </summary>
internal sealed class Scene
{
    /// <summary>Clocks of ticks, nanoseconds, microseconds and milliseconds, and an odd one.</summary>
    public static readonly long[] Frequencies = [10_000_000, 1_000_000_000, 1_000_000, 1_000, 14_318_180];

    /// <summary>Within what a limiter's clock counts: two years before its first use, 15 after it.</summary>
    public const long LastSecond = 15L * 365 * 86_400;

    private const long MostPeriodTicks = 366L * TimeSpan.TicksPerDay;

    private Scene(LimitOptions[] limits, int clock, long start)
    {
        Limits = limits;
        Clock = clock;
        Start = start;
    }

    public LimitOptions[] Limits { get; }

    /// <summary>Which of the frequencies.</summary>
    public int Clock { get; }

    public long Start { get; }

    public int Permits => Limits.Min(static it => it.Permits);

    public static bool HasHeld(ulong seed) => seed % 4 == 0;

    public static Scene Of(ulong seed, Dice dice, bool isMachine)
    {
        var limits = new LimitOptions[dice.OneIn(3) ? dice.Between(2, 4) : 1];
        var permits = SomePermits(dice);
        var period = SomePeriod(dice);
        var held = HasHeld(seed) ? dice.Below(limits.Length) : -1;
        for (var i = 0; i < limits.Length; i++)
        {
            var isAlike = dice.OneIn(2);
            limits[i] = new LimitOptions
            {
                Algorithm = i == held ? LimitAlgorithm.Concurrency : (LimitAlgorithm)dice.Below(4),
                Permits = isAlike ? permits : SomePermits(dice),
                Period = isAlike ? period : SomePeriod(dice),
            };
        }

        var clock = isMachine ? 1 : (int)dice.Below(Frequencies.Length);
        var seconds = dice.OneIn(10) ? dice.Magnitude(0, LastSecond * 9 / 10) : dice.Below(1_000);
        return new Scene(limits, clock, (seconds * Frequencies[clock]) + dice.Below(Frequencies[clock]));
    }

    private static int SomePermits(Dice dice) =>
        (int)(
            dice.Below(8) switch
            {
                0 => int.MaxValue,
                1 => dice.Magnitude(1, int.MaxValue),
                2 or 3 => dice.Between(1, 1_000),
                _ => dice.Between(1, 20),
            }
        );

    private static TimeSpan SomePeriod(Dice dice) =>
        dice.Below(8) switch
        {
            0 => TimeSpan.FromMilliseconds(1),
            1 => TimeSpan.FromTicks(MostPeriodTicks),
            2 => TimeSpan.FromSeconds(1),
            _ => TimeSpan.FromTicks(dice.Magnitude(TimeSpan.TicksPerMillisecond, MostPeriodTicks)),
        };
}
