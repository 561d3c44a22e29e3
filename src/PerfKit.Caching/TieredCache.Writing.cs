using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

// Writes and removals, from here and from other processes. Internal/Tiers/README.md has the invariants.
public sealed partial class TieredCache
{
    private readonly PendingWrites _writes = new();
    private bool _isUnheard; // Whether other processes' writes may go unheard.

    /// <inheritdoc/>
    public override ValueTask SetAsync<T>(
        string key,
        T value,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    ) => SetAsync(key, value, PolicyOf(options), tags, cancellationToken);

    /// <summary>Puts or replaces a value with the entry options of this cache.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How it is kept.</param>
    /// <param name="tags">Tags by which it can be removed.</param>
    /// <param name="cancellationToken">Only before the write has begun: one that has begun is finished.</param>
    /// <returns>When no reader of this process finds an older value any more, nor, within what the second tier promises, of another.</returns>
    public ValueTask SetAsync<T>(
        string key,
        T value,
        TieredEntryOptions options,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Fault(nameof(TieredEntryOptions)) is { } fault
            ? throw new ArgumentException(fault, nameof(options))
            : SetAsync(key, value, new EntryPolicy(options, _options.Entries), tags, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (IsRefused(key))
        {
            return;
        }

        if (_guard is { } guard)
        {
            await guard.RemoveAsync(key).ConfigureAwait(false);
        }

        RemoveLocally(key); // Behind the tier: nothing can bring the old value from there any more.
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        await Task.WhenAll((keys ?? []).Select(key => RemoveAsync(key, cancellationToken).AsTask()))
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        CheckTag(tag);
        cancellationToken.ThrowIfCancellationRequested();
        if (_guard is { } guard)
        {
            await guard.RemoveByTagAsync(tag).ConfigureAwait(false);
        }

        RemoveTagLocally(tag);
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveByTagAsync(
        IEnumerable<string> tags,
        CancellationToken cancellationToken = default
    )
    {
        await Task.WhenAll((tags ?? []).Select(tag => RemoveByTagAsync(tag, cancellationToken).AsTask()))
            .ConfigureAwait(false);
    }

    private async ValueTask SetAsync<T>(
        string key,
        T value,
        EntryPolicy policy,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        var given = TagsOf(tags);
        cancellationToken.ThrowIfCancellationRequested();
        if (IsRefused(key))
        {
            LogRefused(_name, key.Length, _options.MaximumKeyLength);
            return;
        }

        var maker = Maker<T>(key, policy, given);
        using var made = maker.Make(new CacheFactoryContext(null), value);
        if (!maker.IsForTier)
        {
            PublishSet((this, key, maker.Entry(made, isValid: true)), isAlone: true);
            return;
        }

        var mark = _writes.Begin(key);
        try
        {
            await maker.PutAsync(made).ConfigureAwait(false);
        }
        finally
        {
            // Nothing else wrote or removed the key meanwhile, or else which of them came last only the tier knows.
            _writes.End(
                key,
                mark,
                (Cache: this, Key: key, Entry: (TieredEntry)maker.Entry(made, isValid: true)),
                PublishSet
            );
        }
    }

    private static void PublishSet((TieredCache Cache, string Key, TieredEntry Entry) set, bool isAlone)
    {
        if (isAlone && set.Entry.Use == LoadedUse.Put)
        {
            set.Cache._local.Set(set.Key, set.Entry);
        }
        else
        {
            set.Cache._local.Remove(set.Key);
        }
    }

    private void RemoveLocally(string key)
    {
        _writes.Overtake(key);
        _local.Remove(key);
    }

    private void RemoveTagLocally(string tag)
    {
        if (tag == TierJournal.Everything)
        {
            _removals.RemoveAll();
            _writes.OvertakeAll();
            _local.Clear(); // Memory back at once; readers that were under way are held off by the removal.
        }
        else
        {
            _removals.Remove(tag);
        }
    }

    /// <summary>Tells what other processes did.</summary>
    private sealed class Listener(TieredCache cache) : ICacheTierListener
    {
        public void Removed(string key) => cache.RemoveLocally(key);

        public void TagRemoved(string tag) => cache.RemoveTagLocally(tag);

        public void Lost()
        {
            Volatile.Write(ref cache._isUnheard, true);
            Doubt();
        }

        public void Restored()
        {
            Volatile.Write(ref cache._isUnheard, false);
            Doubt();
        }

        private void Doubt()
        {
            cache._removals.Doubt();
            cache._writes.OvertakeAll();
        }
    }
}
