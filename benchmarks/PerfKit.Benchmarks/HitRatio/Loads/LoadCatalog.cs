namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>The twelve loads of the claims <c>ratio-mean</c> and <c>ratio-worst</c>.</summary>
internal static class LoadCatalog
{
    private const int Accesses = 500_000;

    public static IReadOnlyList<Load> All { get; } =
    [
        new(
            "zipf-strong",
            "Few keys take most reads: sessions, profiles, key-value stores (YCSB's skew of 0.99).",
            [500, 4_000, 16_000],
            () => Skewed.Zipf(101, Accesses, count: 100_000, skew: 0.99)
        ),
        new(
            "zipf-flat",
            "Reads spread widely, every key comes back some day: product catalogues, tiles, embeddings.",
            [1_000, 4_000, 16_000],
            () => Skewed.Zipf(102, Accesses, count: 50_000, skew: 0.7)
        ),
        new(
            "one-hit-wonders",
            "Web and CDN: a skewed core, and half of the objects are asked for once and never again.",
            [1_000, 5_000, 20_000],
            () => Skewed.WithOneHitWonders(103, Accesses, count: 100_000, skew: 0.9, share: 0.15)
        ),
        new(
            "scans",
            "A database: a hot set of pages, and now and then a big table read from end to end.",
            [2_000, 6_000, 14_000],
            () => Sequential.HotSetWithScans(104, Accesses, hot: 20_000, table: 25_000, every: 60_000)
        ),
        new(
            "loop",
            "One set read round and round that does not quite fit: a nightly job, an index build, a dashboard.",
            [10_000, 15_000, 19_000],
            () => Sequential.Loop(Accesses, length: 20_000)
        ),
        new(
            "loops",
            "Loops of different lengths in turn: text search over folders, builds, nested joins.",
            [1_500, 5_000, 11_000],
            () => Sequential.Loops(106, Accesses, [1_000, 4_000, 12_000, 2_500])
        ),
        new(
            "drift",
            "A hot set that moves slowly: time series, recent orders, a map someone pans.",
            [1_500, 5_000, 12_000],
            () => Moving.Drift(107, Accesses, width: 4_000, accessesPerStep: 10)
        ),
        new(
            "phases",
            "Abrupt changes: one working set, a loop, recency, another working set, as the day's jobs follow each other.",
            [1_000, 4_000, 9_000],
            () => Moving.Phases(108, Accesses, phase: 62_500)
        ),
        new(
            "recency",
            "What was used lately is used again, log-normal stack distances: disk blocks, transactions.",
            [1_000, 4_000, 16_000],
            () => Recent.StackDistances(109, Accesses, median: 2_500, sigma: 1.8, fresh: 0.04)
        ),
        new(
            "bursts",
            "Each object is read two to five times soon after its birth, then never: feeds, logs, queues.",
            [150, 400, 1_200],
            () => Recent.Bursts(110, Accesses, gap: 600)
        ),
        new(
            "births",
            "New objects are born hot and cool down with age, a few stay popular for long: news, videos, images.",
            [1_000, 3_000, 9_000],
            () => Recent.Births(111, Accesses)
        ),
        new(
            "tenants",
            "Several users of one cache at once: skewed reads, a one-way scan, a loop and recency, interleaved.",
            [2_000, 8_000, 20_000],
            () => Moving.Tenants(112, Accesses)
        ),
    ];
}
