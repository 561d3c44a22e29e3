using Microsoft.Extensions.Logging;

namespace PerfKit.Query.Internal;

internal static partial class MigrationLockLog
{
    [LoggerMessage(1, LogLevel.Information, "Another runner holds the migration lock; waiting up to {Timeout} for it.")]
    public static partial void Waiting(ILogger logger, TimeSpan timeout);
}
