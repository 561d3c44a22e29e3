using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>
/// Makes a node one of another release, whose envelopes bear another version: the third byte of what goes to the tier and
/// comes from it. What bears today's version is then of a version that it does not know, and its texts are other bytes, so
/// that one who read them all the same would be found out.
/// </summary>
internal static class OtherFormat
{
    public const byte Today = 1;
    private const int VersionAt = 2;

    public static void Pretend(IServiceCollection services, byte version)
    {
        if (version == Today)
        {
            return;
        }

        services.AddSingleton<IHybridCacheSerializer<string>, Texts>();
        var inner = services.Single(static s => s.ServiceType == typeof(ICacheTier));
        services.Remove(inner);
        services.AddKeyedSingleton<ICacheTier>(
            inner.ServiceKey,
            (provider, key) => new Tier((ICacheTier)inner.KeyedImplementationFactory!(provider, key), version)
        );
    }

    private static ReadOnlySequence<byte> Exchange(ReadOnlySequence<byte> envelope, byte version)
    {
        var bytes = envelope.ToArray();
        if (bytes.Length > VersionAt)
        {
            bytes[VersionAt] =
                bytes[VersionAt] == version ? Today
                : bytes[VersionAt] == Today ? version
                : bytes[VersionAt];
        }

        return new ReadOnlySequence<byte>(bytes);
    }

    private sealed class Texts : IHybridCacheSerializer<string>
    {
        public string Deserialize(ReadOnlySequence<byte> source) => Encoding.Unicode.GetString(source);

        public void Serialize(string value, IBufferWriter<byte> target) => Encoding.Unicode.GetBytes(value, target);
    }

    private sealed class Tier(ICacheTier inner, byte version) : ICacheTier, IDisposable
    {
        public long NowMilliseconds => inner.NowMilliseconds;

        public async ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken) =>
            await inner.ReadAsync(key, cancellationToken) is { } entry ? new Entry(entry, version) : null;

        public async ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken)
        {
            var (entry, claim) = await inner.ReadOrClaimAsync(key, cancellationToken);
            return new TierOutcome(
                entry is null ? null : new Entry(entry, version),
                claim is null ? null : new Claim(claim, version)
            );
        }

        public async ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken)
        {
            var claim = await inner.ClaimAsync(key, (entry as Entry)?.Inner, cancellationToken);
            return new Claim(claim, version);
        }

        public ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken) =>
            inner.PutAsync(key, value with { Payload = Exchange(value.Payload, version) }, cancellationToken);

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) =>
            inner.RemoveAsync(key, cancellationToken);

        public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken) =>
            inner.RemoveByTagAsync(tag, cancellationToken);

        public ValueTask RejoinAsync(
            IReadOnlyCollection<string> keys,
            IReadOnlyCollection<string> tags,
            CancellationToken cancellationToken
        ) => inner.RejoinAsync(keys, tags, cancellationToken);

        public IDisposable Listen(ICacheTierListener listener) => inner.Listen(listener);

        public void Dispose() => (inner as IDisposable)?.Dispose();
    }

    private sealed class Entry(TierEntry inner, byte version) : TierEntry
    {
        public TierEntry Inner => inner;

        public override ReadOnlySequence<byte> Payload { get; } = Exchange(inner.Payload, version);

        public override IReadOnlyList<string> Tags => inner.Tags;

        public override void Dispose() => inner.Dispose();
    }

    private sealed class Claim(TierClaim inner, byte version) : TierClaim
    {
        public override ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken) =>
            inner.WriteAsync(value with { Payload = Exchange(value.Payload, version) }, cancellationToken);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
