using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>
/// One history that a seed decides: a limiter whose limits become others, which is asked in all its ways, and which gets
/// back what was spent in vain. Each answer is compared with the ledgers, and each description with what then is said.
/// </summary>
internal sealed class ChangeHistory
{
    private const long Step = 10_240; // Ticks: of it, powers of two divide without a rest.

    private readonly Dice _dice;
    private readonly SteppedClock _clock = new();
    private readonly Limiter _limiter;
    private readonly Ledger[] _ledgers;
    private readonly bool _isHeld;
    private readonly List<(RateLimitLease Lease, int Entry)> _held = [];

    private ChangeHistory(ulong seed)
    {
        _dice = new Dice(seed);
        _isHeld = seed % 4 == 0;
        var limits = new LimitOptions[_dice.Between(1, 3)];
        for (var i = 0; i < limits.Length; i++)
        {
            limits[i] = Options(i == 0 && _isHeld);
        }

        _limiter = _dice.OneIn(2) ? MachineClock.Limiter(_clock, limits) : Shared.Limiter(_clock, limits);
        _ledgers = [.. limits.Select(it => new Ledger(it))];
    }

    public string? Fault { get; private set; }

    private int Permits => _ledgers.Min(static it => it.Permits);

    public static string? Play(ulong seed)
    {
        var history = new ChangeHistory(seed);
        for (var step = history._dice.Between(10, 50); step > 0 && history.Fault is null; step--)
        {
            history.Go();
        }

        history._limiter.Dispose();
        return history.Fault is null ? null : $"seed {seed}: {history.Fault}";
    }

    private void Go()
    {
        _clock.Ticks += _dice.OneIn(2) ? 0 : Step * (_dice.OneIn(8) ? _dice.Below(9_000) : _dice.Below(60));
        switch (_dice.Below(8))
        {
            case 0:
                Change();
                break;
            case 1 when _held.Count > 0:
                GiveBack((int)_dice.Below(_held.Count));
                break;
            default:
                Ask((int)(_dice.OneIn(3) ? _dice.Between(0, Permits) : _dice.Between(0, Math.Min(3, Permits))));
                break;
        }
    }

    private void Change()
    {
        var limits = new LimitOptions[_ledgers.Length];
        for (var i = 0; i < limits.Length; i++)
        {
            limits[i] = Options(i == 0 && _isHeld);
            _ledgers[i].Change(limits[i], _clock.Ticks);
        }

        _limiter.Change(limits);
    }

    private void Ask(int permits)
    {
        var now = _clock.Ticks;
        var may = _ledgers.All(it => it.May(permits, now));
        var must = _ledgers.All(it => it.Must(permits, now));
        var isAttempt = _dice.OneIn(3);
        var look = isAttempt ? default : _limiter.Look(permits);

        long spentAt = 0;
        RateLimitDecision said = default;
        RateLimitLease lease;
        if (isAttempt)
        {
            lease = _limiter.AttemptAcquire(permits);
        }
        else
        {
            said = _limiter.Decide(permits, out lease, out spentAt);
            Require(look.IsAdmitted == said.IsAdmitted && look.RetryAfter == said.RetryAfter, "Look said otherwise");
            Require(lease.IsAcquired == said.IsAdmitted, "the lease says otherwise");
        }

        Require(lease.IsAcquired ? may : !must, $"{permits} permits: {lease.IsAcquired} at {now}");
        if (!lease.IsAcquired)
        {
            CheckTimes(isAttempt ? _limiter.Look(permits) : said, permits);
            return;
        }

        Array.ForEach(_ledgers, it => it.Spend(permits, now));
        var entry = _ledgers[0].Count - 1;
        if (!isAttempt && _dice.OneIn(4))
        {
            GoOn(lease, entry, permits, spentAt);
        }
        else if (_isHeld)
        {
            _held.Add((lease, entry));
        }
    }

    /// <summary>Gives back what was spent, at once or after other things happened.</summary>
    private void GoOn(RateLimitLease lease, int entry, int permits, long spentAt)
    {
        for (var steps = _dice.OneIn(2) ? 0 : _dice.Between(1, 3); steps > 0 && Fault is null; steps--)
        {
            Go();
        }

        _limiter.GiveBack(permits, spentAt);
        lease.Dispose();
        Array.ForEach(_ledgers, it => it.Return(entry));
        Array.ForEach(_ledgers, it => it.GiveBack(entry, _clock.Ticks));
    }

    private void GiveBack(int place)
    {
        var (lease, entry) = _held[place];
        _held.RemoveAt(place);
        lease.Dispose();
        Array.ForEach(_ledgers, it => it.Return(entry));
    }

    /// <summary>A tick before the time that was named nothing changes, and then it does; the clock goes back to steps after it.</summary>
    private void CheckTimes(RateLimitDecision said, int permits)
    {
        Require(said.Remaining < Math.Max(permits, 1), "what remains would have sufficed");
        var isNext = _dice.OneIn(2);
        var wait = isNext ? said.NextPermit : said.RetryAfter;
        if (wait == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        Require(wait > TimeSpan.Zero, "a refusal names a time");
        _clock.Ticks += wait.Ticks - 1;
        Require(IsThere(_limiter.Look(permits)) == false, $"a tick before {wait} it is there");
        _clock.Ticks++;
        Require(IsThere(_limiter.Look(permits)), $"after {wait} it is not there");
        _clock.Ticks = (_clock.Ticks + Step - 1) / Step * Step;

        bool IsThere(RateLimitDecision it) => isNext ? it.Remaining > said.Remaining : it.IsAdmitted;
    }

    private LimitOptions Options(bool isHeld)
    {
        var permits = (int)_dice.Between(1, 20);
        return new()
        {
            Algorithm = isHeld ? LimitAlgorithm.Concurrency : (LimitAlgorithm)_dice.Below(4),
            Permits = permits,
            Period = TimeSpan.FromTicks(permits * (Step << (int)_dice.Below(9))),
        };
    }

    private void Require(bool isSo, string what) => Fault ??= isSo ? null : what;
}
