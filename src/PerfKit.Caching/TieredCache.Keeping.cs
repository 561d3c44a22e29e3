using Microsoft.Extensions.Logging;
using PerfKit.Caching.Internal;
using PerfKit.Internal;

namespace PerfKit.Caching;

// What loads and writes share.
public sealed partial class TieredCache
{
    internal TieredCacheOptions Options => _options;

    internal string Name => _name;

    internal long NowMilliseconds => _clock.Milliseconds;

    internal EntryMaker<T> Maker<T>(string key, EntryPolicy policy, string[] tags) =>
        new(this, _codecs.Get<T>(), _guard, key, policy, tags, _removals.Latest);

    /// <summary>How long a value is served from here while other processes' writes may go unheard.</summary>
    internal long HeardMilliseconds(long local) =>
        Volatile.Read(ref _isUnheard) ? Math.Min(local, EntryTimes.Milliseconds(_options.UnheardExpiration)) : local;

    /// <summary>What this process has of the key, fresh or not, unless it was removed.</summary>
    internal TieredEntry<T>? Standing<T>(string key) =>
        _local.Peek(key) is TieredEntry<T> entry && !_removals.IsRemoved(entry.Tags, entry.Version) ? entry : null;

    internal bool TryHold(TieredEntry older, in EntryPolicy policy)
    {
        if (_removals.IsRemoved(older.Tags, older.Version) || !CanFallBackTo(older, policy))
        {
            return false;
        }

        Hold(older);
        return true;
    }

    internal void CountNegative(string key, TieredEntry entry) => _negatives.Add(key, entry);

    private CacheLifetime LifetimeOf(TieredEntry entry)
    {
        var left = entry.Times.KeptUntil - _clock.Milliseconds;
        return new CacheLifetime(
            left > 0 ? TimeSpan.FromMilliseconds(Math.Min(left, 1L << 40)) : TimeSpan.Zero,
            entry.Sliding
        );
    }

    private bool IsRefused(string key) => key.Length > _options.MaximumKeyLength || LoneSurrogate.IndexIn(key) >= 0;

    private static string[] TagsOf(IEnumerable<string>? tags)
    {
        if (tags is null)
        {
            return [];
        }

        string[] own = [.. tags.Distinct()];
        foreach (var tag in own)
        {
            CheckTag(tag);
        }

        if (own.Length > TieredCacheOptions.MaxTags)
        {
            throw new ArgumentException(
                $"An entry has at most {TieredCacheOptions.MaxTags} tags; this one has {own.Length}.",
                nameof(tags)
            );
        }

        return own.Contains(TierJournal.Everything) ? [.. own.Where(static tag => tag != TierJournal.Everything)] : own;
    }

    private static void CheckTag(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        if (tag.Length > TieredCacheOptions.MaxTagLength || LoneSurrogate.IndexIn(tag) >= 0)
        {
            throw new ArgumentException(
                $"A tag must be valid UTF-16 of at most {TieredCacheOptions.MaxTagLength} characters; this one has {tag.Length}.",
                nameof(tag)
            );
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': a key of {length} characters is not cached, because it is longer than {most} (MaximumKeyLength) or not valid UTF-16."
    )]
    private partial void LogRefused(string name, int length, int most);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': a value was not renewed and is tried again in a second: {why}"
    )]
    private partial void LogRenewal(string name, string why, Exception fault);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': the factory of '{key}' failed, the value before stands in for it: {why}"
    )]
    internal partial void LogFallBack(string name, string key, string why, Exception fault);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': the value of '{key}' is not kept: it has {bytes} serialized bytes, more than {most} (MaximumPayloadBytes)."
    )]
    internal partial void LogTooLarge(string name, string key, long bytes, long most);

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "Cache '{name}': what the second tier has for '{key}' is not used: {status}."
    )]
    internal partial void LogUnread(string name, string key, EnvelopeStatus status);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Cache '{name}': what the second tier has for '{key}' cannot be read as {type} and is made anew."
    )]
    internal partial void LogUnreadable(string name, string key, string type, Exception fault);
}
