using PerfKit.Benchmarks.Claims.Caching.Contents.Children;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Contents;

/// <summary>A content of 64 KB is found, leased, looked at and given back.</summary>
public abstract class ContentHit : Claim
{
    private const int Contents = 1024;

    public sealed override string Area => "caching-local";

    private protected static (ContentCache Cache, ContentKey[] Keys) Fill()
    {
        var cache = new ContentCache(
            new ContentCacheOptions { CapacityBytes = 128 << 20 },
            new MemoryBudget(new MemoryBudgetOptions())
        );
        var pattern = new ContentPattern();
        var keys = Enumerable.Range(0, Contents).Select(static number => ContentPattern.Key(number)).ToArray();
        for (var number = 0; number < Contents; number++)
        {
            cache.TryPut(keys[number], pattern.Bytes(number, ChurnSides.ContentBytes));
        }

        return (cache, keys);
    }

    private protected static void Hit(ContentCache cache, ContentKey[] keys, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            if (!cache.TryGet(keys[i & (Contents - 1)], out var lease))
            {
                throw new InvalidOperationException("The content was put.");
            }

            using (lease)
            {
                if (lease.Content.Length != ChurnSides.ContentBytes)
                {
                    throw new InvalidOperationException("The content is whole.");
                }
            }
        }
    }
}

public sealed class ContentHitTime : ContentHit
{
    public override string Id => "content-hit";
    public override Bar Bar => Bar.AtMost(150, "ns");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (cache, keys) = Fill();
        using (cache)
        {
            void Run(int operations) => Hit(cache, keys, operations);
            var result = await new PairedRounds().RunAsync(Run, Run, cancellationToken);
            return new Measured(result.SubjectNanoseconds, "ns", $"control {result.ControlRatio:0.##}");
        }
    }
}

public sealed class ContentHitBytes : ContentHit
{
    public override string Id => "content-hit-bytes";
    public override Bar Bar => Bar.AtMost(0, "B");
    public override bool Quick => true;

    public override Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (cache, keys) = Fill();
        using (cache)
        {
            var bytes = Allocations.PerOperation(100_000, operations => Hit(cache, keys, operations));
            return Task.FromResult(new Measured(bytes, "B"));
        }
    }
}
