using Microsoft.Extensions.Logging;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// Tells which statements ran again and again in one scope, with file and line: the loop that should have been one query.
/// For development and tests. Hears what Npgsql and EF Core publish, from here to <see cref="Dispose"/>; before and after
/// nothing is registered. A command costs less than 1 us while it hears; looking at the stack costs more, once a statement.
/// </summary>
public sealed class QueryRecorder : IDisposable
{
    private readonly ILogger? _logger;
    private readonly IDisposable _hearing;

    /// <summary>Begins to hear.</summary>
    /// <param name="logger">Gets a warning for each repeated statement when a scope ends.</param>
    /// <param name="atMost">How often a statement may run in a scope: 1 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="atMost"/> is out of range.</exception>
    public QueryRecorder(ILogger<QueryRecorder>? logger = null, int atMost = 3)
    {
        AtMost = RunLimit.Checked(atMost);
        _logger = logger;
        _hearing = Hearing.Begin();
    }

    internal int AtMost { get; }

    /// <summary>
    /// Begins a scope, such as one request: it counts what the caller and everything they call or start runs, until it is
    /// disposed. A statement counts in all scopes around it. Memory is bounded: the first 1,000 different statements.
    /// </summary>
    /// <param name="name">Names it in logs and as tag of the metric: a route, not an id.</param>
    public QueryScope Begin(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new QueryScope(name, AtMost, this);
    }

    /// <summary>Marks repeats as intended: what runs until the result is disposed counts in no scope around it.</summary>
    /// <param name="reason">Why, for whoever reads the code.</param>
    public static IDisposable Expected(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        return new ExpectedRuns();
    }

    /// <summary>
    /// Reports a statement that begins to run on this thread. For drivers that publish nothing themselves; without a
    /// scope it does nothing.
    /// </summary>
    /// <param name="statement">The text, with parameters by name.</param>
    public static void Report(ReadOnlySpan<char> statement) => Hearing.Hear(statement);

    /// <summary>Stops hearing.</summary>
    public void Dispose() => _hearing.Dispose();

    internal void Tell(QueryScope scope)
    {
        foreach (var repeat in scope.Repeats)
        {
            QueryTelemetry.Repeated.Add(1, new KeyValuePair<string, object?>("scope.name", scope.Name));
            if (_logger is not null)
            {
                QueryRecorderLog.Repeated(_logger, scope.Name, repeat.Runs, repeat.Place, repeat.Statement);
            }
        }

        if (scope.Overflowed && _logger is not null)
        {
            QueryRecorderLog.Overflowed(_logger, scope.Name, StatementTable.Capacity);
        }
    }
}
