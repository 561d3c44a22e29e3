namespace PerfKit.RateLimit.Tests.Model;

/// <summary>How a history's clock moves: not at all, a little, to an edge and just before and after it, far, and back.</summary>
internal sealed class Steps(Dice dice, Scene scene, HandClock clock, bool mayGoBack)
{
    private const long SecondsOfADay = 86_400;

    public void Move()
    {
        var limit = scene.Limits[dice.Below(scene.Limits.Length)];
        var period = clock.CountsAt((Int128)limit.Period.Ticks * HandClock.UnitsPerTick);
        var passed = clock.Counts - scene.Start;
        var step = dice.Below(mayGoBack ? 14 : 12) switch
        {
            0 or 1 => 0,
            2 => dice.Between(1, 3),
            3 or 4 => (period / limit.Permits * dice.Between(1, 4)) + dice.Between(-1, 1),
            5 => (period / 32) + dice.Between(-1, 1),
            6 => period + dice.Between(-1, 1),
            7 => ToEdge(passed, period) + dice.Between(-1, 1),
            8 => ToEdge(passed, period / 32) + dice.Between(-1, 1),
            9 or 10 => dice.Below(Math.Max(1, period / dice.Between(1, 32))),
            11 => dice.OneIn(8)
                ? dice.Magnitude(0, 2 * 365 * SecondsOfADay * clock.TimestampFrequency)
                : period * dice.Between(1, 40),
            12 => -dice.Magnitude(1, period + 1),
            _ => -(
                dice.OneIn(4) ? dice.Magnitude(0, 30 * SecondsOfADay * clock.TimestampFrequency) : dice.Between(1, 3)
            ),
        };
        if (!mayGoBack)
        {
            step = Math.Max(0, step);
        }

        clock.Counts = Math.Clamp(clock.Counts + step, 0, Scene.LastSecond * clock.TimestampFrequency);
    }

    private static long ToEdge(long passed, long length) =>
        length == 0 ? 0 : length - (((passed % length) + length) % length);
}
