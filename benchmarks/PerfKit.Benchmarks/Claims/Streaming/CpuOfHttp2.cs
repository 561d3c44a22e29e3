using PerfKit.Benchmarks.Claims.Streaming.Clients;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>Files of 1 MB over TLS and HTTP/2, over <c>Results.File</c>.</summary>
public sealed class CpuOfHttp2 : CpuClaim
{
    private const int FileBytes = 1 << 20;
    private const int Answers = 256;

    public override string Id => "h2";
    public override Bar Bar => Bar.AtMost(0.85, "x", "<= 0.85x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var hashes = corpus.Add(64, FileBytes);
        await using var server = await ServerProcess.StartAsync(corpus, ServerProcess.Http2);
        using var client = new Http2Client(server.Port);
        return await CompareAsync(() => SideAsync("ours"), () => SideAsync("peer"), Rounds, cancellationToken);

        async Task<double> SideAsync(string side)
        {
            var paths = hashes.Select(hash => $"/{side}/{hash}").ToArray();
            var before = server.Cpu;
            await client.FetchAsync(paths, FileBytes, Answers, cancellationToken);
            return (server.Cpu - before).TotalMilliseconds / (Answers * FileBytes / 1e9);
        }
    }
}
