using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Values with the stamps of their tags in a distributed cache. A stamp is a random number under a key of its tag; a value
/// is valid while the stamps it was written with are still those of its tags. A removed tag gets another stamp; a stamp
/// that was evicted is replaced by another, which removes more than was asked for and never less.
/// </summary>
internal sealed class DistributedStore(IDistributedCache cache, string name)
{
    private static readonly TimeSpan StampAge = TimeSpan.FromSeconds(1); // Other processes' removals are seen within.
    private static readonly DistributedCacheEntryOptions ForEver = new();

    private readonly IBufferDistributedCache? _buffers = cache as IBufferDistributedCache;
    private readonly string _prefix = FormattableString.Invariant($"{name.Length}:{name}:");
    private readonly LocalCache<string, Guid> _stamps = new(
        new LocalCacheOptions { Capacity = 10_000, TimeToLive = StampAge }
    );

    /// <summary>Null where there is nothing, and where something was removed since.</summary>
    public async Task<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var bytes = new PooledWriter();
        DistributedEntry? valid = null;
        try
        {
            if (
                await TryReadAsync(KeyOf(key), bytes, cancellationToken).ConfigureAwait(false)
                && DistributedEntry.TryRead(bytes) is { } entry
                && entry.Stamps.SequenceEqual(await StampsAsync(entry.Stamped, cancellationToken).ConfigureAwait(false))
            )
            {
                valid = entry;
            }

            return valid;
        }
        finally
        {
            if (valid is null)
            {
                bytes.Dispose();
            }
        }
    }

    /// <summary>The stamps these tags have now; removals by other processes may be overlooked for a second.</summary>
    public async Task<Guid[]> StampsAsync(IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var stamps = new Guid[tags.Count];
        for (var i = 0; i < stamps.Length; i++)
        {
            stamps[i] = await _stamps
                .GetOrAddAsync(
                    tags[i],
                    this,
                    static async (tag, store, cancellationToken) =>
                        await store.ReadStampAsync(store.StampKeyOf(tag), cancellationToken).ConfigureAwait(false),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return stamps;
    }

    public Task WriteAsync(string key, byte[] stored, TimeSpan timeToLive) =>
        cache.SetAsync(
            KeyOf(key),
            stored,
            new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = timeToLive }
        );

    public Task RemoveAsync(string key) => cache.RemoveAsync(KeyOf(key));

    /// <summary>Changes with every removal of a tag, before the tag's stamp does. Always asked for anew.</summary>
    public Task<Guid> GenerationAsync(CancellationToken cancellationToken) =>
        ReadStampAsync(GenerationKey, cancellationToken);

    /// <summary>Gives the tag another stamp: what was written with the one before is gone.</summary>
    public async Task<bool> StampAsync(string tag)
    {
        await MakeStampAsync(GenerationKey).ConfigureAwait(false);
        await MakeStampAsync(StampKeyOf(tag)).ConfigureAwait(false);
        _stamps.Remove(tag); // Asked for anew: one set twice at a time may have come there in either order.
        return true;
    }

    private string GenerationKey => _prefix + "g";

    private string KeyOf(string key) => $"{_prefix}k:{key}";

    private string StampKeyOf(string tag) => $"{_prefix}t:{tag}";

    private async Task<Guid> ReadStampAsync(string stampKey, CancellationToken cancellationToken) =>
        await cache.GetAsync(stampKey, cancellationToken).ConfigureAwait(false) is { Length: 16 } bytes
            ? new Guid(bytes)
            : await MakeStampAsync(stampKey).ConfigureAwait(false);

    private async Task<Guid> MakeStampAsync(string stampKey)
    {
        var stamp = Guid.NewGuid();
        await cache.SetAsync(stampKey, stamp.ToByteArray(), ForEver).ConfigureAwait(false);
        return stamp;
    }

    private async Task<bool> TryReadAsync(string key, PooledWriter target, CancellationToken cancellationToken)
    {
        if (_buffers is not null)
        {
            return await _buffers.TryGetAsync(key, target, cancellationToken).ConfigureAwait(false);
        }

        if (await cache.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } bytes)
        {
            return false;
        }

        target.Write(bytes);
        return true;
    }
}
