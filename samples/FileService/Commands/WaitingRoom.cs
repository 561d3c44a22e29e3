using FileService.Endpoints;
using FileService.Files;
using FileService.Setup;

namespace FileService.Commands;

/// <summary>
/// Answers while the database is down at start: alive, not ready, and every request a problem with Retry-After. Tries
/// once a second until the service can be made ready.
/// </summary>
internal static class WaitingRoom
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static async Task InitializeAsync(Initializer initializer, string urls, CancellationToken ct)
    {
        WebApplication? waiting = null;
        try
        {
            while (!await TryInitializeAsync(initializer, waiting is null, ct))
            {
                waiting ??= await OpenAsync(urls, ct);
                await Task.Delay(Pause, ct);
            }
        }
        finally
        {
            if (waiting is not null)
            {
                await waiting.DisposeAsync();
            }
        }
    }

    private static async Task<bool> TryInitializeAsync(Initializer initializer, bool first, CancellationToken ct)
    {
        try
        {
            await initializer.RunAsync(serve: true, ct);
            return true;
        }
        catch (Npgsql.NpgsqlException e) when (e.IsTransient)
        {
            if (first)
            {
                await Console.Error.WriteLineAsync(
                    $"PostgreSQL (ConnectionStrings:postgres) does not answer: {e.Message} Trying again every second."
                );
            }

            return false;
        }
    }

    private static async Task<WebApplication> OpenAsync(string urls, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(urls);
        var app = builder.Build();
        app.Run(static context =>
            context.Request.Path == "/health/live"
                ? context.Response.WriteAsync("Healthy")
                : ProblemWriter.WriteAsync(context, Problems.DatabaseUnavailable())
        );
        await app.StartAsync(ct);
        return app;
    }
}
