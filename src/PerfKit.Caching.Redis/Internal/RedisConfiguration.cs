using StackExchange.Redis;

namespace PerfKit.Caching.Internal;

/// <summary>What both the tier and the distributed cache ask of a connection string.</summary>
internal static class RedisConfiguration
{
    public const string Must = "must be a connection string of StackExchange.Redis such as localhost:6379";

    /// <summary>Null for one that names a server. The value is not repeated: it may hold a password.</summary>
    public static string? Fault(string configuration)
    {
        try
        {
            return configuration.Length > 0 && ConfigurationOptions.Parse(configuration).EndPoints.Count > 0
                ? null
                : $"Configuration names no server but {Must}";
        }
        catch (ArgumentException unread)
        {
            return $"Configuration {Must}, but: {unread.Message.TrimEnd('.')}";
        }
    }
}
