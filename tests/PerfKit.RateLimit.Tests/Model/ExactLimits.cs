namespace PerfKit.RateLimit.Tests.Model;

/// <summary>
/// A bucket that counts, twice: exactly, in permits times the period, and with a permit's share of the period rounded up to
/// a unit. The first bounds what may be admitted; the second decides alike, up to the permits that may be set aside.
/// </summary>
internal sealed class ExactBucket(int permits, long period, long now, int setAside) : ModelLimit(permits)
{
    private readonly Int128 _share = (period + permits - 1) / permits;
    private Int128 _level = (Int128)permits * period;
    private Int128 _rounded = permits * (((Int128)period + permits - 1) / permits);
    private long _at = now;

    public override bool May(int count, long now)
    {
        Refill(now);
        return _level >= (Int128)count * period && _rounded >= count * _share;
    }

    public override bool Must(int count, long now)
    {
        Refill(now);
        return _rounded >= ((Int128)count + setAside) * _share;
    }

    public override void Spend(int count, long now)
    {
        Refill(now);
        _level -= (Int128)count * period;
        _rounded -= count * _share;
    }

    public override int BadWindows(IReadOnlyList<Admission> admissions)
    {
        var bad = 0;
        for (var from = 0; from < admissions.Count; from++)
        {
            Int128 sum = 0;
            for (var to = from; to < admissions.Count; to++)
            {
                sum += admissions[to].Permits;
                var time = admissions[to].At - admissions[from].At;
                bad += sum * period > Permits * ((Int128)period + time) ? 1 : 0;
            }
        }

        return bad;
    }

    private void Refill(long now)
    {
        var passed = Math.Max(0, now - _at);
        _level = Int128.Min((Int128)Permits * period, _level + ((Int128)passed * Permits));
        _rounded = Int128.Min(Permits * _share, _rounded + passed);
        _at = Math.Max(_at, now);
    }
}

/// <summary>All admissions with their times. A permit may come back after the period and must after the longest one.</summary>
internal sealed class ExactLog(int permits, long period, long longest) : ModelLimit(permits)
{
    private readonly List<Admission> _admissions = [];

    public override bool May(int count, long now) => Used(now, period) + count <= Permits;

    public override bool Must(int count, long now) => Used(now, longest) + count <= Permits;

    public override void Spend(int count, long now) => _admissions.Add(new(now, count));

    public override int BadWindows(IReadOnlyList<Admission> admissions) => Exceeding(admissions, period, Permits);

    private long Used(long now, long within)
    {
        var used = 0L;
        foreach (var admission in _admissions)
        {
            used += now - admission.At < within ? admission.Permits : 0;
        }

        return used;
    }
}

/// <summary>Periods that begin at the origin, each with its own count.</summary>
internal sealed class ExactWindows(int permits, long period, long origin) : ModelLimit(permits)
{
    private readonly Dictionary<long, long> _used = [];

    public override bool May(int count, long now) => _used.GetValueOrDefault(Number(now)) + count <= Permits;

    public override void Spend(int count, long now) =>
        _used[Number(now)] = _used.GetValueOrDefault(Number(now)) + count;

    public override int BadWindows(IReadOnlyList<Admission> admissions)
    {
        var aligned = admissions.GroupBy(it => Number(it.At)).Count(it => it.Sum(one => (long)one.Permits) > Permits);
        return aligned + Exceeding(admissions, period, 2L * Permits);
    }

    private long Number(long at) => (at - origin) / period;
}

/// <summary>Permits in somebody's hands.</summary>
internal sealed class ExactHeld(int permits) : ModelLimit(permits)
{
    private long _held;
    private int _tooMany;

    public override bool May(int count, long now) => _held + count <= Permits;

    public override void Spend(int count, long now)
    {
        _held += count;
        _tooMany += _held > Permits ? 1 : 0;
    }

    public override void Return(int count) => _held -= count;

    public override int BadWindows(IReadOnlyList<Admission> admissions) => _tooMany;
}
