using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What one shard of one cache is called in Redis. Everything lies under one hash tag, so a script may touch all of it on
/// a cluster. Prefix and name are escaped: no name can pose as another's.
/// </summary>
internal sealed class ShardNames
{
    private readonly RedisKey _keys;

    public ShardNames(string prefix, string name, int shard, string node)
    {
        var root = string.Create(CultureInfo.InvariantCulture, $"{{{Escaped(prefix)}:{Escaped(name)}:{shard}}}");
        Versions = Encoding.UTF8.GetBytes(root + ":v");
        Tags = Encoding.UTF8.GetBytes(root + ":t");
        Node = Encoding.UTF8.GetBytes($"{root}:n:{node}");
        Channel = root + ":c";
        _keys = Encoding.UTF8.GetBytes(root + ":k:");
    }

    public RedisKey Versions { get; }

    public RedisKey Tags { get; }

    public RedisKey Node { get; }

    public string Channel { get; }

    public RedisKey Key(string key)
    {
        RedisKey own = TextBytes.IsUtf8(key) ? key : TextBytes.Of(key);
        return own.Prepend(_keys);
    }

    private static string Escaped(string part)
    {
        var escaped = new StringBuilder(part.Length);
        foreach (var c in part)
        {
            if (c is '{' or '}' or ':' or '%' || char.IsControl(c) || char.IsSurrogate(c))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:x4}");
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }
}
