using System.Collections.Concurrent;

namespace PerfKit.Streaming.Tests.Contract;

/// <summary>A store whose deletes have one flaw; it hears of a commit by the question that follows it.</summary>
internal sealed class FlawedDeletes(FlawedDeletes.Kind kind) : StoreDecorator(new MemoryContentStore())
{
    private readonly ConcurrentDictionary<ContentHash, DateTimeOffset> _firstSeen = new();
    private readonly TaskCompletionSource _commitSeen = new();
    private int _seen;

    public enum Kind
    {
        SaysTrue,
        DoesNothing,
        IgnoresCondition,
        KnowsFirstCommitOnly,
        LooksThenDeletes,
        IgnoresCancellation,
    }

    public override async ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken ct)
    {
        var info = await base.GetInfoAsync(hash, ct);
        if (info is not null && Interlocked.Increment(ref _seen) == 1)
        {
            _commitSeen.SetResult();
        }

        return info;
    }

    public override async ValueTask<bool> DeleteAsync(ContentHash hash, DateTimeOffset? since, CancellationToken ct)
    {
        switch (kind)
        {
            case Kind.SaysTrue:
                await base.DeleteAsync(hash, since, ct);
                return true;
            case Kind.DoesNothing:
                return await base.GetInfoAsync(hash, ct) is not null;
            case Kind.IgnoresCondition:
                return await base.DeleteAsync(hash, null, ct);
            case Kind.KnowsFirstCommitOnly:
                var first = _firstSeen.GetOrAdd(hash, TimeProvider.System.GetUtcNow().AddSeconds(-1));
                return !(first >= since) && await base.DeleteAsync(hash, null, ct);
            case Kind.LooksThenDeletes:
                await _commitSeen.Task; // The commit comes after the look.
                return await base.DeleteAsync(hash, null, ct);
            default:
                return await base.DeleteAsync(hash, since, CancellationToken.None);
        }
    }
}
