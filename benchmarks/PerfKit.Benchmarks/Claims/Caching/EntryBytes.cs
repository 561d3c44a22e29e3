using System.Globalization;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>Managed memory an entry takes beside its key and value, in a table of a million with expiry and weights.</summary>
public sealed class EntryBytes : Claim
{
    private const int Entries = 1_000_000;

    public override string Area => "caching-local";
    public override string Id => "entry-bytes";
    public override Bar Bar => Bar.AtMost(136, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var keys = TableKeys.Make(Entries);
        var before = Occupied();
        var cache = TableKeys.CacheOf(Entries);
        foreach (var key in keys)
        {
            cache.Set(key, TableKeys.Value);
        }

        var held = Enumerable.Range(0, Entries).Count(i => cache.TryGet(keys[i], out _));
        var bytes = Occupied() - before;
        GC.KeepAlive(keys);
        GC.KeepAlive(cache);
        var note = string.Create(CultureInfo.InvariantCulture, $"{held:N0} entries, {bytes / 1e6:0.0} MB");
        return Task.FromResult(new Measured((double)bytes / held, "B", note));
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
