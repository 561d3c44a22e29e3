using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests.Model;

/// <summary>
/// One history that a seed decides: a limiter of one or several limits, a clock that goes on, stands still and goes back,
/// and requests of all sizes. Each decision is compared with the exact model, each refusal's time with what then happens,
/// and in the end all windows are counted by the clock's readings.
/// </summary>
internal sealed class History
{
    private readonly Dice _dice;
    private readonly Scene _scene;
    private readonly HandClock _clock;
    private readonly RateLimiter _limiter;
    private readonly ModelLimit[] _models;
    private readonly bool _isTimed;
    private readonly bool _mayGoBack;
    private readonly List<Admission> _admissions = [];
    private readonly List<(RateLimitLease Lease, int Permits)> _held = [];
    private long _furthest;
    private long _refused;

    private History(ulong seed, World world)
    {
        _dice = new Dice(seed);
        _scene = Scene.Of(seed, _dice, world.IsMachine);
        _clock = world.Clocks[_scene.Clock];
        _clock.Counts = _scene.Start;
        _furthest = _clock.Units;
        _limiter = world.Make(_clock, _scene.Limits);
        var setAside = world.SetAside(_scene.Limits);
        _models = [.. _scene.Limits.Select(it => ModelLimit.Of(it, _clock.Units, setAside))];
        _isTimed = _scene.Limits.Any(static it => it.Algorithm != LimitAlgorithm.Concurrency);
        _mayGoBack = !world.IsMachine;
    }

    public string? Fault { get; private set; }

    public int Decisions => _admissions.Count + (int)_refused;

    public int BadWindows { get; private set; }

    public static History Play(ulong seed, World world)
    {
        var history = new History(seed, world);
        history.Play();
        return history;
    }

    public override string ToString() =>
        string.Join(" + ", _scene.Limits.Select(static it => $"{it.Algorithm} of {it.Permits} in {it.Period}"));

    private void Play()
    {
        var steps = new Steps(_dice, _scene, _clock, _mayGoBack);
        for (var step = _dice.Between(20, 60); step > 0 && Fault is null; step--)
        {
            steps.Move();
            if (_held.Count > 0 && _dice.OneIn(3))
            {
                GiveBack();
            }

            var permits = SomePermits();
            using var refusal = Ask(permits);
            if (refusal is not null && Fault is null)
            {
                CheckWait(refusal, permits);
            }
        }

        CheckStatistics();
        var ordered = _admissions.OrderBy(static it => it.At).ToList();
        BadWindows = _models.Sum(model => model.BadWindows(ordered));
        _limiter.Dispose();
    }

    private int SomePermits()
    {
        var most = _scene.Permits;
        return (int)(
            _dice.Below(8) switch
            {
                0 => 0,
                1 => most,
                2 => Math.Max(1, most / 2),
                3 => _dice.Between(1, most),
                4 => Math.Max(1, most / _dice.Between(1, 16)),
                5 => _dice.Magnitude(1, most),
                _ => Math.Min(most, _dice.Between(1, 3)),
            }
        );
    }

    /// <summary>Asks, compares and keeps; gives the lease back only if it is a refusal.</summary>
    private RateLimitLease? Ask(int permits)
    {
        var now = _clock.Units;
        var isBehind = _isTimed && now < _furthest;
        _furthest = Math.Max(now, _furthest);
        var asked = Math.Max(permits, 1);
        var may = !isBehind && _models.All(it => it.May(asked, _furthest));
        var must = !isBehind && _models.All(it => it.Must(asked, _furthest));

        var lease = _limiter.AttemptAcquire(permits);

        if (lease.IsAcquired ? !may : must)
        {
            Fail($"{permits} permits were {(lease.IsAcquired ? "admitted" : "refused")} at {now}");
        }

        if (!lease.IsAcquired)
        {
            _refused++;
            return lease;
        }

        _admissions.Add(new(now, permits));
        foreach (var model in _models)
        {
            model.Spend(permits, _furthest);
        }

        _held.Add((lease, permits));
        return null;
    }

    /// <summary>Twice, at once or by and by: only the first time counts.</summary>
    private void GiveBack()
    {
        var place = (int)_dice.Below(_held.Count);
        var (lease, permits) = _held[place];
        lease.Dispose();
        _furthest = Math.Max(_clock.Units, _furthest);
        foreach (var model in _models)
        {
            model.Return(permits);
        }

        if (_dice.OneIn(2))
        {
            lease.Dispose();
            _held.RemoveAt(place);
        }
        else
        {
            _held[place] = (lease, 0);
        }
    }

    /// <summary>A tick before the time that the refusal named it must be refused, and at it admitted.</summary>
    private void CheckWait(RateLimitLease refusal, int permits)
    {
        var hasWait = refusal.TryGetMetadata(MetadataName.RetryAfter, out var wait);
        var waitsForReturn = _models.Any(it => it is ExactHeld && !it.May(Math.Max(permits, 1), _furthest));
        if (hasWait == waitsForReturn || hasWait && wait <= TimeSpan.Zero)
        {
            Fail($"The refusal of {permits} permits at {_clock.Units} says {(hasWait ? wait : null)}");
        }

        var due = (Int128)_clock.Units + ((Int128)wait.Ticks * HandClock.UnitsPerTick);
        if (!hasWait || _dice.OneIn(2) || due > (Int128)Scene.LastSecond * HandClock.UnitsPerSecond)
        {
            return;
        }

        var before = _clock.CountsAt(due - HandClock.UnitsPerTick);
        if (before >= _clock.Counts)
        {
            _clock.Counts = before;
            Expect(permits, false, $"a tick before the named wait of {wait}");
        }

        _clock.Counts = _clock.CountsFrom(due);
        Expect(permits, true, $"after the named wait of {wait}");
    }

    private void Expect(int permits, bool isAdmitted, string when)
    {
        if (Fault is null && Ask(permits) is null != isAdmitted)
        {
            Fail($"{permits} permits were {(isAdmitted ? "refused" : "admitted")} at {_clock.Units}, {when}");
        }
    }

    /// <summary>Leases are counted exactly, and so many permits as are said to be there are there, not one more.</summary>
    private void CheckStatistics()
    {
        var statistics = _limiter.GetStatistics()!;
        if (statistics.TotalSuccessfulLeases != _admissions.Count || statistics.TotalFailedLeases != _refused)
        {
            Fail(
                $"{statistics.TotalSuccessfulLeases} leases and {statistics.TotalFailedLeases} refusals are counted, "
                    + $"but there were {_admissions.Count} and {_refused}"
            );
        }

        var available = (int)statistics.CurrentAvailablePermits;
        if (Fault is not null || (_isTimed && _clock.Units < _furthest))
        {
            return;
        }

        if (available < _scene.Permits)
        {
            Expect(available + 1, false, $"when {available} were said to be there");
        }

        if (available > 0)
        {
            Expect(available, true, "when so many were said to be there");
        }
    }

    private void Fail(string what) => Fault ??= $"{what}; {this}";
}
