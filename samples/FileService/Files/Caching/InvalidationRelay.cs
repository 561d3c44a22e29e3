using System.Data.Common;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>
/// Does what the notes in <c>cache_outbox</c> say when their writer did not. A note that two looks in a row find is overdue, for a
/// writer drops its own within one; no clock is compared. At start, and when Redis is back, all are: before the port opens, for
/// they may be those of the process before. To remove twice does no harm. An instance without Redis only bounds their number.
/// </summary>
internal sealed class InvalidationRelay(
    Database database,
    ISqlDialect dialect,
    InvalidatingWrites writes,
    MetadataCache cache,
    CacheRule rule,
    TimeProvider clock,
    ILogger<InvalidationRelay> log
) : BackgroundService
{
    private const int PageNotes = 500;
    private const int MaxNotes = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PeriodWithoutRedis = TimeSpan.FromMinutes(1);

    private HashSet<Guid>? _seen; // By the look before; null at start and while Redis is away.
    private bool _isStarting = true;
    private bool _isFailing;

    /// <summary>Ends when the first look is done, so that no request is answered by what a dead process should have removed.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookSafelyAsync(cancellationToken);
        _isStarting = false;
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(rule.HasRedis ? Period : PeriodWithoutRedis, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookSafelyAsync(stoppingToken);
            }
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
            if (!await RelayAllAsync(ct))
            {
                _seen = null; // All that is noted is overdue when Redis is back.
                await BoundAsync(ct);
            }

            _isFailing = false;
        }
        catch (Exception e)
        {
            if (!_isFailing && !ct.IsCancellationRequested)
            {
                log.LogWarning(e, "The notes of invalidations cannot be relayed; tried again until they can.");
                _isFailing = true;
            }
        }
    }

    /// <summary>Does what is overdue; false where that does not reach Redis.</summary>
    private async Task<bool> RelayAllAsync(CancellationToken ct)
    {
        if (!rule.HasRedis)
        {
            return false;
        }

        await using var connection = await database.OpenAsync(ct);
        for (var done = writes.TakeDone(PageNotes); done.Count > 0; done = writes.TakeDone(PageNotes))
        {
            await connection.DropNotesAsync(dialect, done);
        }

        while (true)
        {
            var notes = await connection.NotesAsync(PageNotes);
            var overdue = notes.FindAll(note => _seen?.Contains(note.Id) ?? true);
            if (overdue.Count > 0 && !await RelayAsync(connection, overdue))
            {
                return false;
            }

            if (overdue.Count < PageNotes)
            {
                _seen = [.. notes.Select(static note => note.Id)];
                return true;
            }
        }
    }

    private async Task<bool> RelayAsync(DbConnection connection, List<OutboxRow> notes)
    {
        var isAway = !_isStarting && !cache.IsTierAvailable; // At start a removal waits for the connection.
        if (isAway || !await cache.RemoveAsync(Invalidation.OfAll(notes.Select(static note => note.Read()))))
        {
            return false; // Removed here, and from Redis when it answers; the notes stay, for this process may end before.
        }

        await connection.DropNotesAsync(dialect, [.. notes.Select(static note => note.Id)]);
        return true;
    }

    /// <summary>
    /// While Redis is away each write leaves a note. From so many on, one that removes everything stands for all of them: what
    /// Redis holds is then as good as none, and the caches' own journals do the same.
    /// </summary>
    private async Task BoundAsync(CancellationToken ct)
    {
        await using (var connection = await database.OpenAsync(ct))
        {
            if (await connection.CountNotesAsync() <= MaxNotes)
            {
                return;
            }
        }

        await database.WriteAsync(
            scope => scope.ReplaceNotesAsync(Guid.CreateVersion7(clock.GetUtcNow()), Invalidation.Everything),
            ct
        );
    }
}
