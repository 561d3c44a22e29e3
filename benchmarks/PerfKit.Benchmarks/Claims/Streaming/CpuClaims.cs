using System.Globalization;
using PerfKit.Benchmarks.Claims.Streaming.Clients;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>
/// CPU time of the server alone for a GB sent over plain HTTP/1.1, by that of a peer; both sides take turns within a round, and
/// both read the same files from the page cache.
/// </summary>
public abstract class CpuClaim : Claim
{
    public sealed override string Area => "streaming";

    private protected virtual int Rounds => 15;

    private protected static async Task<Measured> CompareAsync(
        Func<Task<double>> ours,
        Func<Task<double>> peer,
        int rounds,
        CancellationToken cancellationToken
    )
    {
        var figures = await PairedFigures.MeasureAsync(warmRounds: 4, rounds, ours, peer, cancellationToken);
        return new Measured(
            figures.Ratio,
            "x",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{figures.Subject:0} ms of CPU a GB against {figures.Peer:0}, control {figures.Control:0.##}"
            )
        );
    }

    /// <summary>Milliseconds of the server's CPU for a GB, while <paramref name="fetch"/> gets that many bytes.</summary>
    private protected static double PerGigabyte(ServerProcess server, double bytes, Action fetch)
    {
        var before = server.Cpu;
        fetch();
        return (server.Cpu - before).TotalMilliseconds / (bytes / 1e9);
    }
}

/// <summary>Over <c>Results.File</c> on Kestrel as it is.</summary>
public abstract class CpuOverResultsFile : CpuClaim
{
    private protected abstract int Files { get; }
    private protected abstract int FileBytes { get; }
    private protected abstract int Connections { get; }
    private protected abstract int Answers { get; }

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var hashes = corpus.Add(Files, FileBytes);
        await using var ours = await ServerProcess.StartAsync(corpus);
        await using var peer = await ServerProcess.StartAsync(corpus, ServerProcess.Plain);
        using var ourClient = new BulkClient(ours.Port, Connections);
        using var peerClient = new BulkClient(peer.Port, Connections);
        return await CompareAsync(
            () => SideAsync("ours", ours, ourClient),
            () => SideAsync("peer", peer, peerClient),
            Rounds,
            cancellationToken
        );

        Task<double> SideAsync(string side, ServerProcess server, BulkClient client)
        {
            var paths = hashes.Select(hash => $"/{side}/{hash}").ToArray();
            var bytes = (double)Answers * FileBytes;
            return Task.FromResult(PerGigabyte(server, bytes, () => client.Fetch(paths, FileBytes, Answers)));
        }
    }
}

public sealed class CpuOfMegabyte : CpuOverResultsFile
{
    public override string Id => "cpu-1m";
    public override Bar Bar => Bar.AtMost(0.7, "x", "<= 0.7x");
    private protected override int Files => 64;
    private protected override int FileBytes => 1 << 20;
    private protected override int Connections => 16;
    private protected override int Answers => 1024;
}

public sealed class CpuOfHundredMegabytes : CpuOverResultsFile
{
    public override string Id => "cpu-100m";
    public override Bar Bar => Bar.AtMost(0.7, "x", "<= 0.7x");
    private protected override int Files => 4;
    private protected override int FileBytes => 100 << 20;
    private protected override int Connections => 8;
    private protected override int Answers => 16;
}

/// <summary>Files of 1 MB, over nginx with sendfile.</summary>
public sealed class CpuOverNginx : CpuClaim
{
    private const int FileBytes = 1 << 20;
    private const int Answers = 1024;
    private const int Connections = 16;

    public override string Id => "cpu-nginx";
    public override Bar Bar => Bar.AtMost(1.1, "x", "<= 1.1x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var hashes = corpus.Add(64, FileBytes);
        await using var server = await ServerProcess.StartAsync(corpus);
        await using var nginx = await ServerProcess.StartNginxAsync(corpus);
        using var ours = new BulkClient(server.Port, Connections);
        using var theirs = new BulkClient(nginx.Port, Connections);
        return await CompareAsync(
            () => SideAsync(server, ours, static hash => $"/ours/{hash}"),
            () => SideAsync(nginx, theirs, static hash => $"/{Corpus.RelativePath(hash)}"),
            Rounds,
            cancellationToken
        );

        Task<double> SideAsync(ServerProcess side, BulkClient client, Func<ContentHash, string> path)
        {
            var paths = hashes.Select(path).ToArray();
            var bytes = (double)Answers * FileBytes;
            return Task.FromResult(PerGigabyte(side, bytes, () => client.Fetch(paths, FileBytes, Answers)));
        }
    }
}
