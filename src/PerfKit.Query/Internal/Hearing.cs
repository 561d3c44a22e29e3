namespace PerfKit.Query.Internal;

/// <summary>
/// The ears of the process: listeners that exist while at least one recorder or budget does, and the scope that the current
/// flow reports to.
/// </summary>
internal static class Hearing
{
    private static readonly AsyncLocal<QueryScope?> Flow = new();
    private static readonly Lock Gate = new();
    private static NpgsqlStatements? _npgsql;
    private static EfCoreStatements? _efCore;
    private static int _users;

    public static QueryScope? Scope
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <summary>A driver's report.</summary>
    public static void Hear(ReadOnlySpan<char> statement)
    {
        if (Flow.Value is { } scope && !DriverEcho.Is(statement))
        {
            scope.Count(statement);
        }
    }

    /// <summary>Begins a scope that only passes runs on; null where nobody counts them.</summary>
    public static QueryScope? Within(ScopeKind kind) =>
        Flow.Value is null ? null : new QueryScope(kind.ToString(), int.MaxValue, recorder: null, kind);

    /// <summary>Hears until the result is disposed.</summary>
    public static IDisposable Begin()
    {
        lock (Gate)
        {
            if (_users++ == 0)
            {
                _npgsql = new NpgsqlStatements();
                _efCore = new EfCoreStatements();
            }
        }

        return new User();
    }

    private sealed class User : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 1)
            {
                return;
            }

            lock (Gate)
            {
                if (--_users == 0)
                {
                    _npgsql!.Dispose();
                    _efCore!.Dispose();
                }
            }
        }
    }
}
