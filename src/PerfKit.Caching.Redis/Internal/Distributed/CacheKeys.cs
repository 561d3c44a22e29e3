using System.Text;
using PerfKit.Internal;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.Distributed;

/// <summary>
/// Keys of one instance name in Redis: <c>pkd:name:key</c>. Colons within the name are escaped, so that no name and key
/// together read as another name and key. Costs no allocation a key.
/// </summary>
internal readonly struct CacheKeys
{
    private readonly RedisKey _prefix;

    public CacheKeys(string instance)
    {
        var escaped = instance
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace(":", "%3A", StringComparison.Ordinal);
        _prefix = Encoding.UTF8.GetBytes($"pkd:{escaped}:");
    }

    /// <summary>The key in Redis.</summary>
    /// <exception cref="ArgumentException">UTF-8 cannot carry the key: it would be stored under another's.</exception>
    public RedisKey Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return LoneSurrogate.IndexIn(key) is var at and >= 0
            ? throw new ArgumentException(
                $"The key has a lone surrogate at {at}, which UTF-8 cannot carry: escape it before it is a key.",
                nameof(key)
            )
            : _prefix.Append(key);
    }
}
