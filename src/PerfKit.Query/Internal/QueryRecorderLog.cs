using Microsoft.Extensions.Logging;

namespace PerfKit.Query.Internal;

internal static partial class QueryRecorderLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Scope} ran a statement {Runs} times at {Place}: {Statement}")]
    public static partial void Repeated(ILogger logger, string scope, long runs, string place, string statement);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Scope} ran more than {Capacity} different statements: values in the text should be parameters."
    )]
    public static partial void Overflowed(ILogger logger, string scope, int capacity);
}
