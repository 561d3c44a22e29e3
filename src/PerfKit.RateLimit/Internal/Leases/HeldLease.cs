using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>
/// The lease of permits that are given back, once, when it is disposed. The objects are used again, first in, first out,
/// after <see cref="Rest"/> others were given back: until then a second disposal finds nothing to give back.
/// </summary>
internal sealed class HeldLease : RateLimitLease
{
    public const int Rest = 1_024;
    private const int MostResting = 4 * Rest;

    private static readonly ConcurrentQueue<HeldLease> Resting = new();

    private IHolder? _owner;
    private int _place;
    private int _permits;

    private HeldLease() { }

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    /// <summary>The lease of permits that were spent at a place which the owner knows.</summary>
    public static HeldLease Of(IHolder owner, int permits, int place = 0)
    {
        var lease = Resting.Count > Rest && Resting.TryDequeue(out var rested) ? rested : new HeldLease();
        lease._permits = permits;
        lease._place = place;
        Volatile.Write(ref lease._owner, owner);
        return lease;
    }

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = null;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (Interlocked.Exchange(ref _owner, null) is not { } owner)
        {
            return;
        }

        owner.Return(_permits, _place);
        if (Resting.Count < MostResting)
        {
            Resting.Enqueue(this);
        }
    }
}
