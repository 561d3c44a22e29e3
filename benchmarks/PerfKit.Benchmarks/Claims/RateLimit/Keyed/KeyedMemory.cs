using System.Globalization;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>Managed memory a key takes beside its text, in a limiter made for a million and holding a million.</summary>
public sealed class KeyedMemory : Claim
{
    public override string Area => "ratelimit";
    public override string Id => "key-bytes";
    public override Bar Bar => Bar.AtMost(40, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var keys = KeyedSides.MakeKeys();
        var before = Occupied();
        var limiter = KeyedSides.MakeOurs();
        foreach (var key in keys)
        {
            limiter.AttemptAcquire(key).Dispose();
        }

        var bytes = Occupied() - before;
        var alone = keys.Count(key => limiter.Decide(key, 0).Remaining == limiter.Permits - 1);
        limiter.Dispose();
        GC.KeepAlive(keys);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{alone:N0} keys alone in their place, {bytes / 1e6:0.0} MB"
        );
        return Task.FromResult(new Measured((double)bytes / alone, "B", note));
    }

    private static long Occupied()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
