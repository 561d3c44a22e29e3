using Microsoft.Extensions.Logging;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>Keeps what a recorder logs.</summary>
internal sealed class LogLines : ILogger<QueryRecorder>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines.Add($"{logLevel}: {formatter(state, exception)}");
}
