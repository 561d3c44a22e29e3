using Microsoft.Extensions.Logging;

namespace PerfKit.RateLimit.Internal.Policies;

internal static partial class RateLimitLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} rate limit policies were read again.")]
    public static partial void Reloaded(ILogger logger, int count);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The changed rate limits cannot be used and all stay as they were: {Reason}"
    )]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Rate limit policy {Policy} is no longer configured and stays in force as it was until the next start; set its Shadow to true to lift it."
    )]
    public static partial void Removed(ILogger logger, string policy);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Ignored}")]
    public static partial void Ignored(ILogger logger, string ignored);
}
