using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Internal;

/// <summary>
/// A breaker around a tier. The first call that fails, by its deadline or otherwise, opens it: from then on nobody waits
/// for the tier, a probe in the background tries to rejoin, and what is written meanwhile goes to a journal that the tier
/// applies before it is read again. See the tiers' page of design.
/// </summary>
internal sealed partial class TierGuard(
    ICacheTier tier,
    TierJournal journal,
    TimeSpan probeInterval,
    TimeProvider clock,
    ILogger logger,
    TieredFigures figures
) : IDisposable
{
    private const int MostRefusals = 3; // Of a page, before it is replaced by the removal of everything.

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private volatile Standing _standing; // Written under the lock.
    private long _faults; // Calls that failed, those after the first one too. Written under the lock.

    private enum Standing
    {
        /// <summary>Read and written.</summary>
        Usable,

        /// <summary>Left alone: what is written is noted.</summary>
        Away,

        /// <summary>Written, and not read before what was noted is removed.</summary>
        Joining,
    }

    public ICacheTier Tier => tier;

    /// <summary>Whether the tier may be read. Takes no lock.</summary>
    public bool IsUsable => _standing == Standing.Usable;

    public async ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (!IsUsable)
        {
            return null;
        }

        var started = figures.Start();
        TierEntry? entry;
        try
        {
            entry = await tier.ReadAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Trip(fault);
            return null;
        }

        figures.Read(entry is not null, hasWaited: false, started);
        return entry;
    }

    public async ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken)
    {
        if (!IsUsable)
        {
            return default;
        }

        var started = figures.Start();
        TierOutcome outcome;
        try
        {
            outcome = await tier.ReadOrClaimAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Trip(fault);
            return default;
        }

        figures.Read(outcome.Entry is not null, outcome.HasWaited, started);
        return outcome;
    }

    public async ValueTask<TierClaim?> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken)
    {
        if (!IsUsable)
        {
            return null;
        }

        try
        {
            return await tier.ClaimAsync(key, entry, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            Trip(fault);
            return null;
        }
    }

    /// <summary>
    /// False only if the claim was voided. A claim that cannot be written needs no note: whatever the tier holds instead is
    /// as valid, and written late it still has to be unvoided.
    /// </summary>
    public async ValueTask<bool> WriteAsync(TierClaim claim, TierValue value)
    {
        if (!IsUsable)
        {
            return true;
        }

        var started = figures.Start();
        bool isValid;
        try
        {
            isValid = await claim.WriteAsync(value, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Trip(fault);
            return true;
        }

        figures.Answered("write", started);
        return isValid;
    }

    /// <summary>Once begun it is finished or noted, whether or not the caller still waits: half a write helps nobody.</summary>
    public async ValueTask PutAsync(string key, TierValue value)
    {
        if (TryNote(key))
        {
            return;
        }

        var started = figures.Start();
        try
        {
            await tier.PutAsync(key, value, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Trip(fault, key);
            return;
        }

        figures.Answered("write", started);
    }

    public async ValueTask RemoveAsync(string key)
    {
        if (TryNote(key))
        {
            return;
        }

        var started = figures.Start();
        try
        {
            await tier.RemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Trip(fault, key);
            return;
        }

        figures.Answered("remove", started);
    }

    public async ValueTask RemoveByTagAsync(string tag)
    {
        if (TryNote(tag: tag))
        {
            return;
        }

        var started = figures.Start();
        try
        {
            await tier.RemoveByTagAsync(tag, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Trip(fault, tag: tag);
            return;
        }

        figures.Answered("remove", started);
    }

    /// <summary>Stops probing. The source is not disposed, for a call that fails later still asks for its token.</summary>
    public void Dispose() => _disposed.Cancel();

    /// <summary>While the tier is away, what is written is noted instead. In one step with coming back.</summary>
    private bool TryNote(string? key = null, string? tag = null)
    {
        if (_standing != Standing.Away)
        {
            return false;
        }

        lock (_gate)
        {
            if (_standing != Standing.Away)
            {
                return false;
            }

            journal.Add(key, tag);
            return true;
        }
    }

    private void Trip(Exception fault, string? key = null, string? tag = null)
    {
        lock (_gate)
        {
            journal.Add(key, tag);
            _faults++;
            (var before, _standing) = (_standing, Standing.Away);
            if (before != Standing.Usable)
            {
                return; // The probe is running.
            }
        }

        _ = Task.Run(() => ProbeAsync(clock.GetTimestamp(), fault)); // Ends by itself, with the tier's return or the cache's end.
    }

    private async Task ProbeAsync(long since, Exception first)
    {
        TellAway(first); // Here: a stack trace takes a logger longer than a caller is made to wait.
        var removed = (Keys: 0, Tags: 0);
        for (var failures = 0; !_disposed.IsCancellationRequested; )
        {
            var page = Take(out var faults);
            try
            {
                await RejoinAsync(page, failures).ConfigureAwait(false);
                (removed, failures) = ((removed.Keys + page.Keys.Count, removed.Tags + page.Tags.Count), 0);
            }
            catch (Exception)
            {
                failures++; // Still away; why was said once, when it went.
                PutBack(page);
                await Task.Delay(probeInterval, clock, _disposed.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            if (TryComeBack(faults))
            {
                LogBack(figures.Name, clock.GetElapsedTime(since), removed.Keys, removed.Tags);
                return;
            }
        }
    }

    private void TellAway(Exception first)
    {
        try
        {
            LogAway(figures.Name, first.Message, first);
        }
        catch (Exception)
        {
            // A logger's fault must not end the probe: nothing else brings the tier back.
        }
    }

    /// <summary>
    /// First all of what was noted by then, behind a fence; and from then on only what was noted during that, key by key, for
    /// writes go to the tier again. A page that the tier refuses while it takes an empty one becomes the removal of everything.
    /// </summary>
    private async ValueTask RejoinAsync(TierJournal.Page page, int failures)
    {
        if (_standing == Standing.Joining)
        {
            foreach (var tag in page.Tags)
            {
                await tier.RemoveByTagAsync(tag, _disposed.Token).ConfigureAwait(false);
            }

            foreach (var key in page.Keys)
            {
                await tier.RemoveAsync(key, _disposed.Token).ConfigureAwait(false);
            }
        }
        else if (failures >= MostRefusals && page.Keys.Count + page.Tags.Count > 0)
        {
            // Throws while the tier is away: then the page is not what it refuses.
            await tier.RejoinAsync([], [], _disposed.Token).ConfigureAwait(false);
            try
            {
                await tier.RejoinAsync(page.Keys, page.Tags, _disposed.Token).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It answers and refuses the page; or has gone again, which the next call says.
                await tier.RejoinAsync([], [TierJournal.Everything], _disposed.Token).ConfigureAwait(false);
            }
        }
        else
        {
            await tier.RejoinAsync(page.Keys, page.Tags, _disposed.Token).ConfigureAwait(false);
        }
    }

    private TierJournal.Page Take(out long faults)
    {
        lock (_gate)
        {
            faults = _faults;
            return journal.Take();
        }
    }

    private void PutBack(TierJournal.Page page)
    {
        lock (_gate)
        {
            _standing = Standing.Away;
            journal.PutBack(page);
        }
    }

    /// <summary>Read again only with an empty journal; written as soon as the fence stands, or steady writers would never let it be empty.</summary>
    private bool TryComeBack(long faults)
    {
        lock (_gate)
        {
            if (_faults != faults)
            {
                return false; // What failed meanwhile may still take effect: the fence must stand behind it.
            }

            _standing = journal.IsEmpty ? Standing.Usable : Standing.Joining;
            return _standing == Standing.Usable;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': the second tier is left alone until it answers again: {why}"
    )]
    private partial void LogAway(string name, string why, Exception fault);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Cache '{name}': the second tier is back after {away}; keys and tags removed from it that were written meanwhile: {keys}, {tags}."
    )]
    private partial void LogBack(string name, TimeSpan away, int keys, int tags);
}
