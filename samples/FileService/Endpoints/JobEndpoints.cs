using System.Runtime.CompilerServices;
using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Endpoints;

internal sealed record JobView(Guid Id, string Kind, string State, long Done, long Total, string? Error)
{
    public bool IsEnded() => State is "succeeded" or "failed" or "cancelled";

    public static JobView From(JobRow row) => new(row.Id, row.Kind, row.State, row.Done, row.Total, row.Error);
}

/// <summary>Jobs as they stand, and as they go on.</summary>
internal static class JobEndpoints
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var reads = routes.MapGroup("/jobs/{id}").RequirePerfKitRateLimit(RatePolicies.Reads);
        reads.MapGet(
            "",
            async (string id, IConnectionScope connection, HttpContext context) =>
                Results.Ok(await FindAsync(id, connection, context, context.RequestAborted))
        );
        reads.MapGet(
            "/events",
            async (string id, IConnectionScope connection, TimeProvider clock, HttpContext context) =>
            {
                var first = await FindAsync(id, connection, context, context.RequestAborted);
                return TypedResults.ServerSentEvents(
                    FollowAsync(id, first, connection, clock, context, context.RequestAborted),
                    "job"
                );
            }
        );
    }

    /// <summary>The job now and at every change until it ends.</summary>
    private static async IAsyncEnumerable<JobView> FollowAsync(
        string id,
        JobView job,
        IConnectionScope connection,
        TimeProvider clock,
        HttpContext context,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        using var timer = new PeriodicTimer(Tick, clock);
        yield return job;
        while (!job.IsEnded() && await timer.WaitForNextTickAsync(ct))
        {
            JobView now;
            using (QueryRecorder.Expected("asks as long as the job runs"))
            {
                now = await FindAsync(id, connection, context, ct);
                await connection.ReleaseAsync();
            }

            if (now != job)
            {
                job = now;
                yield return job;
            }
        }
    }

    private static async Task<JobView> FindAsync(
        string id,
        IConnectionScope connection,
        HttpContext context,
        CancellationToken ct
    )
    {
        var row = Guid.TryParse(id, out var parsed)
            ? await connection.RunAsync((db, _) => db.FindJobAsync(context.Caller().Tenant, parsed), ct)
            : null;
        return JobView.From(row ?? throw ProblemException.NotFound("job", id));
    }
}
