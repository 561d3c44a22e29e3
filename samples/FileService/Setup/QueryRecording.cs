using FileService.Data;
using PerfKit.Query;

namespace FileService.Setup;

/// <summary>
/// In development, or with <c>Query:Record=true</c>: every request is a scope of the query recorder, and says in the header
/// <c>Server-Timing</c>, which browsers show, how many statements it ran before it answered.
/// </summary>
internal static class QueryRecording
{
    private const string Key = "Query:Record";

    public static void UseQueryRecording(this WebApplication app)
    {
        if (!(app.Configuration.GetValue<bool?>(Key) ?? app.Environment.IsDevelopment()))
        {
            return;
        }

        if (app.Services.GetRequiredService<Database>().Engine == Engine.Sqlite)
        {
            SqliteDiagnostics.Enable();
        }

        var recorder = app.Services.GetRequiredService<QueryRecorder>();
        app.Use(
            async (context, next) =>
            {
                var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
                using var scope = recorder.Begin($"{context.Request.Method} {route ?? "no route"}");
                context.Response.OnStarting(() =>
                {
                    var said = $"sql;desc=\"{scope.Runs} statements, {scope.Repeats.Count} repeated\"";
                    context.Response.Headers.Append("Server-Timing", said);
                    return Task.CompletedTask;
                });
                await next(context);
            }
        );
    }
}
