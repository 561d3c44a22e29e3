using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>Between values, entries of this process and envelopes of the second tier: one key, one call.</summary>
internal sealed class EntryMaker<T>(
    TieredCache cache,
    ValueCodec<T> codec,
    TierGuard? guard,
    string key,
    EntryPolicy policy,
    string[] tags,
    long version
)
{
    private const long OverheadBytes = 200;
    private const long UnknownBytes = 1_024;
    private const long ObjectShare = 2; // A text of UTF-8 is twice as long in memory, and objects cost about what its quotes do.
    private const long MostMilliseconds = 1L << 40; // 34 years: more is a broken envelope.

    private readonly EntryPolicy _policy = policy;

    public TierGuard? Guard => guard;

    /// <summary>Whether what is made goes to the second tier.</summary>
    public bool IsForTier { get; } =
        guard is not null && !policy.Has(HybridCacheEntryFlags.DisableDistributedCacheWrite);

    /// <summary>What the second tier has, if it is of this key, this type and a format that is understood; else it is a miss.</summary>
    public TieredEntry<T>? Open(TierEntry entry)
    {
        var status = Envelope.TryRead(
            entry.Payload,
            key,
            codec.TypeName,
            cache.Options.MaximumPayloadBytes,
            out var opened
        );
        if (status != EnvelopeStatus.Ok)
        {
            cache.LogUnread(cache.Name, key, status);
            return null;
        }

        using (opened)
        {
            try
            {
                return Open(opened, [.. entry.Tags]);
            }
            catch (Exception fault)
            {
                cache.LogUnreadable(cache.Name, key, codec.TypeName, fault); // As good as a miss: the factory makes it anew.
                return null;
            }
        }
    }

    /// <summary>
    /// Whether what the second tier has answers this call; for a renewal before its end it must not be due for that itself.
    /// </summary>
    public bool IsAnswer(TieredEntry read, bool isRenewal) =>
        !read.IsStale && !(isRenewal && read.Times.AttendAt <= cache.NowMilliseconds);

    /// <summary>Whether the older value stands in for a factory that failed; then it is held for a while.</summary>
    public bool TryFallBack(TieredEntry<T>? older, Exception fault, CancellationToken cancellationToken)
    {
        if (older is null || cancellationToken.IsCancellationRequested || !cache.TryHold(older, _policy))
        {
            return false;
        }

        cache.LogFallBack(cache.Name, key, fault.Message, fault);
        return true;
    }

    /// <summary>Serializes where it has to; what the serializer throws, the caller gets.</summary>
    public MadeValue<T> Make(CacheFactoryContext context, T? value)
    {
        var expiration = context.IsNotFound ? _policy.NegativeExpiration : context.Expiration ?? _policy.Expiration;
        var local = context.LocalExpiration ?? _policy.LocalExpiration ?? expiration;
        var share = _policy.Jitter == 0 ? 1 : 1 - (_policy.Jitter * Random.Shared.NextDouble());
        var fresh = (long)Math.Ceiling(EntryTimes.Milliseconds(expiration) * share);
        var isKept = fresh > 0;
        PooledWriter? payload = null;
        if (context.IsNotFound)
        {
            value = default;
        }
        else if (value is not null && (!codec.IsShared || (isKept && IsForTier)))
        {
            payload = new PooledWriter();
            try
            {
                codec.Write(value, payload);
            }
            catch
            {
                payload.Dispose();
                throw;
            }

            if (payload.Length > cache.Options.MaximumPayloadBytes)
            {
                cache.LogTooLarge(cache.Name, key, payload.Length, cache.Options.MaximumPayloadBytes);
                isKept = false;
            }
        }

        return new MadeValue<T>(value, context, payload)
        {
            FreshMilliseconds = fresh,
            LocalMilliseconds = Math.Min(fresh, (long)Math.Ceiling(EntryTimes.Milliseconds(local) * share)),
            IsKept = isKept,
        };
    }

    /// <summary>False only if the claim was voided: then the value is given to those who waited, and not kept.</summary>
    public async ValueTask<bool> WriteAsync(TierClaim claim, MadeValue<T> made)
    {
        if (!made.IsKept)
        {
            return true;
        }

        using var envelope = Seal(made);
        return await guard!.WriteAsync(claim, TierValueOf(made, envelope)).ConfigureAwait(false);
    }

    public async ValueTask PutAsync(MadeValue<T> made)
    {
        if (!made.IsKept)
        {
            await guard!.RemoveAsync(key).ConfigureAwait(false); // What is there is older.
            return;
        }

        using var envelope = Seal(made);
        await guard!.PutAsync(key, TierValueOf(made, envelope)).ConfigureAwait(false);
    }

    /// <summary>The entry of this process. It also carries the value to those who wait, where it is not kept.</summary>
    public TieredEntry<T> Entry(MadeValue<T> made, bool isValid)
    {
        var local = cache.HeardMilliseconds(made.LocalMilliseconds);
        var own = codec.IsShared ? null : made.Payload?.Written.ToArray();
        var context = made.Context;
        var renewed = _policy.EarlyRefresh is { } share ? (long)(local * share) : (long?)null;
        var facts = new EntryFacts(EntryTimes.From(cache.NowMilliseconds, local, _policy, renewed), tags, version)
        {
            Sliding = _policy.Sliding,
            Use =
                _policy.Has(HybridCacheEntryFlags.DisableLocalCacheWrite) ? LoadedUse.Leave
                : isValid && made.IsKept && local > 0 ? LoadedUse.Put
                : LoadedUse.Remove,
            IsNegative = context.IsNotFound,
            ETag = context.ETag,
            LastModified = context.LastModified?.ToUnixTimeMilliseconds(),
            Weight = WeightOf(made.Value, made.Payload?.Length, context.SizeBytes ?? _policy.SizeBytes, tags),
        };
        return EntryOf(facts, made.Value, own);
    }

    /// <summary>A second tier that was only looked into had nothing.</summary>
    public TieredEntry<T> Absent() =>
        new(new EntryFacts(default, [], version) { Use = LoadedUse.Leave, IsAbsent = true }, default(T));

    private TieredEntry<T> Open(OpenedEnvelope opened, string[] written)
    {
        var header = opened.Header;
        var isPlain = header.IsNull || header.IsNegative;
        var value = isPlain ? default : codec.Read(opened.Payload);
        var own = isPlain || codec.IsShared ? null : opened.Payload.ToArray();
        var times = TimesOf(header, out var isStale);
        var facts = new EntryFacts(times, written, version)
        {
            Sliding = header.SlidingMilliseconds > 0 ? TimeSpan.FromMilliseconds(header.SlidingMilliseconds) : null,
            IsStale = isStale,
            Use =
                _policy.Has(HybridCacheEntryFlags.DisableLocalCacheWrite) || times.KeptUntil <= cache.NowMilliseconds
                    ? LoadedUse.Leave
                    : LoadedUse.Put,
            IsNegative = header.IsNegative,
            ETag = header.ETag,
            LastModified = header.LastModifiedMilliseconds,
            Weight = WeightOf(value, opened.Payload.Length, _policy.SizeBytes, written),
        };
        return EntryOf(facts, value, own);
    }

    private TieredEntry<T> EntryOf(EntryFacts facts, T? value, byte[]? own)
    {
        var entry = own is null
            ? new TieredEntry<T>(facts, value)
            : new TieredEntry<T>(facts, new OwnValues<T>(codec, own));
        if (facts is { IsNegative: true, Use: LoadedUse.Put })
        {
            cache.CountNegative(key, entry);
        }

        return entry;
    }

    /// <summary>From the clock of the tier to this process's, where it may end sooner.</summary>
    private EntryTimes TimesOf(EnvelopeHeader header, out bool isStale)
    {
        var now = cache.NowMilliseconds;
        var tierNow = guard!.Tier.NowMilliseconds;
        var fresh = Math.Clamp(header.FreshUntilMilliseconds - tierNow, -MostMilliseconds, MostMilliseconds);
        var kept = Math.Clamp(header.KeptUntilMilliseconds - tierNow, fresh, MostMilliseconds);
        var age = Math.Clamp(tierNow - header.WrittenAtMilliseconds, 0, MostMilliseconds);
        isStale = fresh <= 0;
        var renewed = _policy.EarlyRefresh is { } share ? (long)((age + fresh) * share) - age : (long?)null;
        if (_policy.LocalExpiration is { } own)
        {
            fresh = Math.Min(fresh, EntryTimes.Milliseconds(own));
            kept = own <= TimeSpan.Zero ? 0 : kept;
        }

        var times = EntryTimes.From(now, cache.HeardMilliseconds(fresh), _policy, renewed);
        return times with
        {
            ServedUntil = Math.Min(times.ServedUntil, now + kept),
            KeptUntil = Math.Min(times.KeptUntil, now + kept),
        };
    }

    private PooledWriter Seal(MadeValue<T> made)
    {
        var now = guard!.Tier.NowMilliseconds;
        var context = made.Context;
        var header = new EnvelopeHeader
        {
            IsNull = made.Value is null && !context.IsNotFound,
            IsNegative = context.IsNotFound,
            WrittenAtMilliseconds = now,
            FreshUntilMilliseconds = now + made.FreshMilliseconds,
            KeptUntilMilliseconds = now + made.FreshMilliseconds + EntryTimes.Milliseconds(_policy.Afterlife),
            SlidingMilliseconds = _policy.Sliding is { } sliding ? EntryTimes.Milliseconds(sliding) : 0,
            ETag = context.ETag,
            LastModifiedMilliseconds = context.LastModified?.ToUnixTimeMilliseconds(),
        };
        var compressFrom = _policy.Has(HybridCacheEntryFlags.DisableCompression)
            ? null
            : cache.Options.CompressFromBytes;
        var envelope = new PooledWriter();
        Envelope.Write(envelope, header, key, codec.TypeName, made.Payload?.Written ?? default, compressFrom - 1 ?? -1);
        return envelope;
    }

    private TierValue TierValueOf(MadeValue<T> made, PooledWriter envelope)
    {
        var kept = made.FreshMilliseconds + EntryTimes.Milliseconds(_policy.Afterlife);
        var span = _policy.Sliding is { } sliding ? Math.Min(kept, EntryTimes.Milliseconds(sliding)) : kept;
        return new TierValue(envelope.Written, tags, TimeSpan.FromMilliseconds(Math.Min(span, MostMilliseconds)));
    }

    private long WeightOf(T? value, long? serialized, long? said, string[] ownTags)
    {
        var known =
            value is null ? 0
            : codec.IsShared ? ValueCodec<T>.WeightOf(value)
            : serialized ?? 0;
        var bytes = said ?? (known >= 0 ? known : Math.Max(UnknownBytes, ObjectShare * (serialized ?? 0)));
        foreach (var tag in ownTags)
        {
            bytes += 24 + (sizeof(char) * tag.Length);
        }

        return bytes + OverheadBytes + (sizeof(char) * key.Length);
    }
}
