namespace PerfKit.RateLimit.Tests;

/// <summary>A limit as its definition says, with a level that is counted exactly.</summary>
internal abstract class Counted
{
    public static Counted Of(LimitOptions limit) =>
        limit.Algorithm == LimitAlgorithm.TokenBucket
            ? new Bucket(limit.Permits, limit.Period.Ticks)
            : new Window(limit.Permits, limit.Period.Ticks);

    public abstract int Available(long ticks);

    public abstract void Spend(int permits, long ticks);

    private sealed class Bucket(int permits, long period) : Counted
    {
        private const int Units = 1_600; // Of a tick; a permit's share of the period is rounded up to one.

        private readonly Int128 _share = ((Int128)period * Units + permits - 1) / permits;
        private Int128 _missing;
        private long _seen;

        public override int Available(long ticks) => (int)(Int128.Max(0, (_share * permits) - Missing(ticks)) / _share);

        public override void Spend(int count, long ticks)
        {
            if (count > 0)
            {
                _missing = Missing(ticks) + (_share * count);
                _seen = ticks;
            }
        }

        private Int128 Missing(long ticks) => Int128.Max(0, _missing - ((Int128)(ticks - _seen) * Units));
    }

    private sealed class Window(int permits, long period) : Counted
    {
        private long _window;
        private int _spent;

        public override int Available(long ticks) => WindowOf(ticks) > _window ? permits : permits - _spent;

        public override void Spend(int count, long ticks)
        {
            if (count > 0 && WindowOf(ticks) > _window)
            {
                _window = WindowOf(ticks);
                _spent = 0;
            }

            _spent += count;
        }

        private long WindowOf(long ticks) => Math.Max(0, ticks / period);
    }
}
