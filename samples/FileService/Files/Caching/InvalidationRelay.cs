using System.Data.Common;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>
/// Does what the notes in <c>cache_outbox</c> say when their writer did not. A note that two looks in a row find is overdue, for a
/// writer drops its own within one; no clock is compared. At start all are: they may be those of the process before. To remove
/// twice does no harm.
/// </summary>
internal sealed class InvalidationRelay(
    Database database,
    ISqlDialect dialect,
    InvalidatingWrites writes,
    MetadataCache cache,
    TimeProvider clock,
    ILogger<InvalidationRelay> log
) : BackgroundService
{
    private const int PageNotes = 1_000;
    private const int MaxNotes = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private HashSet<Guid>? _seen; // By the look before; null at start.

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            do
            {
                await LookSafelyAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogDebug("The relay stopped.");
        }
    }

    private async Task LookSafelyAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await database.OpenAsync(ct);
            for (var done = writes.TakeDone(PageNotes); done.Count > 0; done = writes.TakeDone(PageNotes))
            {
                await connection.DropNotesAsync(dialect, done);
            }

            while (await LookAsync(connection, ct)) { }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            log.LogWarning(e, "The notes of invalidations could not be relayed; the next look tries again.");
        }
    }

    /// <summary>One page of notes.</summary>
    /// <returns>Whether there may be more that are overdue.</returns>
    private async Task<bool> LookAsync(DbConnection connection, CancellationToken ct)
    {
        var notes = await connection.NotesAsync(PageNotes);
        var overdue = notes.FindAll(note => _seen?.Contains(note.Id) ?? true);
        if (overdue.Count > 0 && !await RelayAsync(connection, overdue))
        {
            await BoundAsync(connection, ct);
            return false; // Still noted, and at start still unseen: everything again at the next look.
        }

        if (overdue.Count == PageNotes)
        {
            return true;
        }

        _seen = [.. notes.Select(static note => note.Id)];
        return false;
    }

    private async Task<bool> RelayAsync(DbConnection connection, List<OutboxRow> notes)
    {
        if (!cache.IsTierAvailable || !await cache.RemoveAsync(Invalidation.OfAll(notes.Select(static n => n.Read()))))
        {
            return false; // While Redis is away every instance asks the database again, so nothing is served that was noted.
        }

        await connection.DropNotesAsync(dialect, [.. notes.Select(static note => note.Id)]);
        return true;
    }

    /// <summary>
    /// While Redis is away each write leaves a note. From so many on, one that removes everything stands for all of them: what
    /// Redis holds is then as good as none, and the caches' own journals do the same.
    /// </summary>
    private async Task BoundAsync(DbConnection connection, CancellationToken ct)
    {
        if (await connection.CountNotesAsync() > MaxNotes)
        {
            await database.WriteAsync(
                scope => scope.ReplaceNotesAsync(Guid.CreateVersion7(clock.GetUtcNow()), Invalidation.Everything),
                ct
            );
        }
    }
}
