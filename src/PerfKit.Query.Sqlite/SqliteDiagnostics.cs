using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>Lets a <see cref="QueryRecorder"/> hear SQLite, whose driver publishes nothing.</summary>
public static class SqliteDiagnostics
{
    private static readonly Lock Gate = new();
    private static bool _on;

    /// <summary>
    /// Makes SQLite report each statement that runs on a connection opened from now on, whoever opens it, for the rest of the
    /// process. Pooled connections that nobody uses are closed, so that they are opened anew; those in use stay unheard. Call
    /// it in development and tests, before the first connection; again, it does nothing. A statement costs less than 1 us more.
    /// </summary>
    /// <exception cref="InvalidOperationException">The native library does not take part.</exception>
    /// <exception cref="DllNotFoundException">The native library is linked into the program and cannot be found by name.</exception>
    public static void Enable()
    {
        lock (Gate)
        {
            if (!_on)
            {
                StatementTrace.Start();
                SqliteConnection.ClearAllPools();
                _on = true;
            }
        }
    }
}
