using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PerfKit.TestKit;

/// <summary>A logger, or a provider of it for every category, that keeps what is logged as <c>Level: message</c>.</summary>
/// <typeparam name="T">Who logs.</typeparam>
public sealed class KeptLog<T> : ILogger<T>, ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines so far, in order.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        ArgumentNullException.ThrowIfNull(formatter);
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }

    public void Dispose() { }
}
