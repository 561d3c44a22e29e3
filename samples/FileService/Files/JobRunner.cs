using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using FileService.Data;

namespace FileService.Files;

/// <summary>A job's work: reports progress, returns when done.</summary>
internal delegate Task JobWork(JobProgress progress, CancellationToken ct);

/// <summary>
/// Runs jobs in this process, two at a time, and keeps their state in the database, where every instance reads it. A bounded
/// queue refuses rather than grows; jobs of a host that went away end as failed.
/// </summary>
internal sealed class JobRunner(Database database, TimeProvider clock, ILogger<JobRunner> log) : BackgroundService
{
    private const int Workers = 2;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Remember = TimeSpan.FromDays(30);

    private readonly string _owner = $"{Environment.MachineName}:{Environment.ProcessId}";
    private readonly ConcurrentDictionary<Guid, JobProgress> _live = new();
    private readonly ConcurrentQueue<JobRow> _unsaved = new();
    private readonly Channel<(JobProgress Job, JobWork Work)> _queue = Channel.CreateBounded<(JobProgress, JobWork)>(
        100
    );

    /// <summary>Takes a job on.</summary>
    /// <exception cref="ProblemException">503: a hundred jobs wait already.</exception>
    public async Task<JobRow> EnqueueAsync(string? tenant, string kind, JobWork work, CancellationToken ct)
    {
        var now = clock.NowMicros();
        var job = new JobProgress(Guid.CreateVersion7(clock.GetUtcNow()), tenant, kind, now);
        await using (var connection = await database.OpenAsync(ct))
        {
            await connection.InsertJobAsync(job.ToRow("queued", null, now), _owner);
        }

        _live[job.Id] = job;
        if (_queue.Writer.TryWrite((job, work)))
        {
            return job.ToRow("queued", null, now);
        }

        await EndAsync(job, "failed", "The job queue was full.");
        throw ProblemException.Busy("A hundred jobs wait already; try again when some have ended.", 10);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var workers = Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken));
        await Task.WhenAll(workers.Append(BeatAsync(stoppingToken)));
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var (job, work) in _queue.Reader.ReadAllAsync(stopping))
            {
                await RunAsync(job, work, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            while (_queue.Reader.TryRead(out var left))
            {
                await EndAsync(left.Job, "cancelled", "The service stopped before this job began.");
            }
        }
    }

    private async Task RunAsync(JobProgress job, JobWork work, CancellationToken stopping)
    {
        try
        {
            await SaveAsync(job, "running", null);
            await work(job, stopping);
            await EndAsync(job, "succeeded", null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await EndAsync(job, "cancelled", "The service stopped before this job ended.");
        }
        catch (Exception e)
        {
            log.LogError(e, "Job {Kind} {Id} failed.", job.Kind, job.Id);
            await EndAsync(job, "failed", Problems.Of(e).Message);
        }
    }

    /// <summary>Tells the database that this host lives and how far its jobs are; ends those of hosts that do not.</summary>
    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), clock);
        var nextSweep = clock.GetTimestamp();
        while (await NextAsync(timer, stopping))
        {
            try
            {
                if (!_unsaved.IsEmpty)
                {
                    await SaveEndedAsync();
                }

                foreach (var job in _live.Values)
                {
                    await SaveAsync(job, job.Started ? "running" : "queued", null);
                }

                if (clock.GetElapsedTime(nextSweep) >= Beat)
                {
                    nextSweep = clock.GetTimestamp();
                    await SweepAsync(stopping);
                }
            }
            catch (Exception e) when (IsPassing(e))
            {
                log.LogWarning(e, "Job states could not be written; trying again.");
            }
        }
    }

    private static bool IsPassing(Exception e) => e is DbException or TimeoutException or IOException;

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var connection = await database.OpenAsync(ct);
        await connection.SweepJobsAsync(Micros.From(now - Stale), Micros.From(now - Remember));
    }

    /// <summary>Writes how a job ended, or leaves that to the next beat when the database does not answer.</summary>
    private async Task EndAsync(JobProgress job, string state, string? error)
    {
        _live.TryRemove(job.Id, out _);
        _unsaved.Enqueue(job.ToRow(state, error, clock.NowMicros()));
        try
        {
            await SaveEndedAsync();
        }
        catch (Exception e) when (IsPassing(e))
        {
            log.LogWarning(e, "The end of job {Id} could not be written; the next beat tries again.", job.Id);
        }
    }

    private async Task SaveEndedAsync()
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        while (_unsaved.TryDequeue(out var row))
        {
            try
            {
                await connection.UpdateJobAsync(row);
            }
            catch
            {
                _unsaved.Enqueue(row);
                throw;
            }
        }
    }

    private async Task SaveAsync(JobProgress job, string state, string? error)
    {
        job.Started |= state == "running";
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await connection.UpdateJobAsync(job.ToRow(state, error, clock.NowMicros()));
    }
}
