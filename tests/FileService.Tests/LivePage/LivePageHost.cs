using System.Diagnostics.Metrics;
using FileService.LivePage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FileService.Tests.LivePage;

/// <summary>The live page alone, over figures that the test sets, on a free port.</summary>
internal sealed class LivePageHost : IAsyncDisposable
{
    public const string CompareJson = """
        {"folder":"linux-doc","rttMs":2,"rows":[
        {"operation":"load","before":{"p50Ms":312.4,"p99Ms":480},"afterCold":{"p50Ms":9.8,"p99Ms":15},"after":{"p50Ms":3.61,"p99Ms":5},"ratio":86.5,"equal":true,"samples":1000},
        {"operation":"search","before":{"p50Ms":1430,"p99Ms":1800},"afterCold":{"p50Ms":4.2,"p99Ms":9},"after":{"p50Ms":0.87,"p99Ms":2},"ratio":1643,"equal":true,"samples":100},
        {"operation":"convert","before":{"p50Ms":41,"p99Ms":80},"afterCold":{"p50Ms":40.2,"p99Ms":70},"after":{"p50Ms":1.9,"p99Ms":3},"ratio":21.5,"equal":true,"samples":250},
        {"operation":"sync","before":{"p50Ms":2310,"p99Ms":2500},"afterCold":{"p50Ms":410,"p99Ms":450},"after":{"p50Ms":402,"p99Ms":450},"ratio":5.7,"equal":false,"samples":5}],"detail":[]}
        """;

    private readonly WebApplication _app;
    private readonly Counter<long> _reads;
    private readonly Histogram<double> _reading;

    private LivePageHost(WebApplication app, SampleStore store, string compareFile)
    {
        (_app, Store, CompareFile) = (app, store, compareFile);
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        var caching = meters.Create("PerfKit.Caching");
        Observe(caching, "perfkit.cache.hits", "content", () => Hits, "metadata", 640);
        Observe(caching, "perfkit.cache.misses", "content", () => 1_300, "metadata", 412);
        Observe(caching, "perfkit.cache.entries", "content", () => 811, "metadata", 90);
        Observe(caching, "perfkit.cache.weight", "content", () => 48 << 20, "metadata", 90);
        Observe(caching, "perfkit.cache.capacity", "content", () => 64 << 20, "metadata", 10_000);
        Observe(caching, "perfkit.cache.stale", "content", () => 3, "metadata", 0);
        Observe(caching, "perfkit.cache.tier.hits", "content", () => 900, "metadata", 30);
        Observe(caching, "perfkit.cache.tier.misses", "content", () => 400, "metadata", 10);
        Observe(caching, "perfkit.cache.tier.away", "content", () => TiersAway, "metadata", 0);
        _reading = caching.CreateHistogram<double>("perfkit.cache.tier.duration", "s");
        meters
            .Create("PerfKit.RateLimit")
            .CreateObservableCounter(
                "perfkit.ratelimit.requests",
                static () =>
                    new[]
                    {
                        Decided(91_400, "reads", "admitted"),
                        Decided(12, "reads", "refused"),
                        Decided(310, "writes", "admitted"),
                        Decided(0, "writes", "refused"),
                    }
            );
        _reads = meters.Create("PerfKit.Streaming").CreateCounter<long>("perfkit.content.read", "By");
        meters.Create("Other").CreateCounter<long>("other.things").Add(1);
    }

    public SampleStore Store { get; }

    public string CompareFile { get; }

    public long Hits { get; set; } = 48_210;

    public long TiersAway { get; set; }

    public Uri Url => new(_app.Urls.Single());

    public IServiceProvider Services => _app.Services;

    public static async Task<LivePageHost> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        var compare = Path.Combine(folder, "compare.json");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Storage:Root"] = folder;
        builder.Configuration["LivePage:Interval"] = "00:00:00.1";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        var store = new SampleStore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddLivePage();
        builder.Services.AddSingleton<IStoreSummary>(store).AddSingleton<IPageSearch>(store);
        var app = builder.Build();
        app.MapLivePage();
        var host = new LivePageHost(app, store, compare);
        await app.StartAsync();
        return host;
    }

    /// <summary>Counts bytes as the streaming package does.</summary>
    public void ReadBytes(long count) => _reads.Add(count, new KeyValuePair<string, object?>("store", "local"));

    /// <summary>Times a read of the second tier as the caching package does.</summary>
    public void ReadTier(double seconds) =>
        _reading.Record(
            seconds,
            new KeyValuePair<string, object?>("cache.name", "content"),
            new KeyValuePair<string, object?>("operation", "read")
        );

    /// <summary>Stops as on SIGTERM: requests may end.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Observe(Meter meter, string name, string first, Func<long> value, string second, long other) =>
        meter.CreateObservableCounter(name, () => new[] { Measure(value(), first), Measure(other, second) });

    private static Measurement<long> Measure(long value, string cache) =>
        new(value, new KeyValuePair<string, object?>("cache.name", cache));

    private static Measurement<long> Decided(long count, string policy, string outcome) =>
        new(
            count,
            new KeyValuePair<string, object?>("policy", policy),
            new KeyValuePair<string, object?>("outcome", outcome)
        );
}
