using System.Diagnostics.Tracing;

namespace PerfKit.Query.Internal;

/// <summary>
/// Npgsql's event of a command that starts. It comes on the thread and the stack of the caller, before anything is sent. The
/// texts of a NpgsqlBatch are not in it.
/// </summary>
internal sealed class NpgsqlStatements : EventListener
{
    private const string Source = "Npgsql.Sql";
    private const int CommandStart = 3;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == CommandStart && Hearing.Scope is { } scope && eventData.Payload is [string statement])
        {
            scope.Count(statement);
        }
    }
}
