using Microsoft.Extensions.Logging;
using Npgsql;

namespace PerfKit.Query.Internal;

/// <summary>The connection whose session has the lock. Disposing gives both back, once.</summary>
internal sealed partial class HeldAdvisoryLock(
    NpgsqlConnection connection,
    ILogger logger,
    Func<NpgsqlConnection, Task<bool>> unlock
) : IAsyncDisposable
{
    private int _disposed;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            if (!await unlock(connection).ConfigureAwait(false))
            {
                Lost(logger, null);
            }
        }
        catch (NpgsqlException error)
        {
            // The session is gone or in doubt. Throwing here would hide what the migration itself threw.
            Lost(logger, error);
            NpgsqlConnection.ClearPool(connection);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The session that held the migration lock ended before the migration did; another runner may have run meanwhile."
    )]
    private static partial void Lost(ILogger logger, Exception? error);
}
