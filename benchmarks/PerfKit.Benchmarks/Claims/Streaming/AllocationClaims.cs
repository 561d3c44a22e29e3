using System.Globalization;
using PerfKit.Benchmarks.Claims.Streaming.Clients;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Gate;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>Bytes the server allocates, by its own exact counter, on one connection.</summary>
public abstract class AllocationClaim : Claim
{
    public sealed override string Area => "streaming";
    public sealed override bool Quick => true;

    /// <summary>Bytes allocated an answer, at best of some turns after one that warms.</summary>
    private protected static async Task<double> PerAnswerAsync(
        ServerProcess server,
        string side,
        (ContentHash Hash, int Bytes) content,
        (int Answers, int Turns) load
    )
    {
        using var admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        using var client = new BulkClient(server.Port, connections: 1);
        var least = long.MaxValue;
        for (var turn = -2; turn < load.Turns; turn++)
        {
            var before = await AllocatedAsync(admin);
            client.Fetch([$"/{side}/{content.Hash}"], content.Bytes, load.Answers);
            var allocated = await AllocatedAsync(admin) - before;
            least = turn < 0 ? least : Math.Min(least, allocated);
        }

        return least / (double)load.Answers;
    }

    private static async Task<long> AllocatedAsync(HttpClient admin) =>
        long.Parse(await admin.GetStringAsync("/allocated"), CultureInfo.InvariantCulture);
}

/// <summary>A block of 64 KB in the middle of a send: what a body of 100 MB allocates more than one of 10 MB.</summary>
public sealed class AllocationOfBlock : AllocationClaim
{
    private const int Short = 10 << 20;
    private const int Long = 100 << 20;
    private const int BlockBytes = 64 << 10;

    public override string Id => "alloc-block";
    public override Bar Bar => Bar.AtMost(0, "B");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var (ten, hundred) = (corpus.Add(1, Short)[0], corpus.Add(1, Long)[0]);
        await using var server = await ServerProcess.StartAsync(corpus);
        await PerAnswerAsync(server, "ours", (hundred, Long), (1, 50)); // Compiled at last, pools filled.
        var less = await PerAnswerAsync(server, "ours", (ten, Short), (1, 50));
        var more = await PerAnswerAsync(server, "ours", (hundred, Long), (1, 50));
        return new Measured(
            Math.Max(0, (more - less) / ((Long - Short) / BlockBytes)),
            "B",
            $"{less:0} B with a body of 10 MB, {more:0} B with one of 100 MB"
        );
    }
}

/// <summary>A request for 4 KB over one that writes the same bytes from memory.</summary>
public sealed class AllocationOfRequest : AllocationClaim
{
    private const int FileBytes = 4096;

    public override string Id => "alloc-request";
    public override Bar Bar => Bar.AtMost(2048, "B", "<= 2,048 B");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var content = (corpus.Add(1, FileBytes)[0], FileBytes);
        await using var server = await ServerProcess.StartAsync(corpus);
        var ours = await PerAnswerAsync(server, "ours", content, (5000, 5));
        var bare = await PerAnswerAsync(server, "bare", content, (5000, 5));
        var peer = await PerAnswerAsync(server, "peer", content, (5000, 5));
        return new Measured(
            Math.Round(ours - bare),
            "B",
            $"{ours:0} B a request, {bare:0} B from memory, {peer:0} B of Results.File"
        );
    }
}
