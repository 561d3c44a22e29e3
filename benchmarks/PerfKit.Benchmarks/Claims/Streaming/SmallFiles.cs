using System.Globalization;
using PerfKit.Benchmarks.Claims.Streaming.Clients;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>Requests a second for 64 files of 4 KB over 32 kept connections, over those of <c>Results.File</c>.</summary>
public sealed class SmallFiles : Claim
{
    private const int FileBytes = 4096;
    private const int Connections = 32;

    private readonly Dictionary<string, List<double>> _microseconds = new() { ["ours"] = [], ["peer"] = [] };

    public override string Area => "streaming";
    public override string Id => "small";
    public override Bar Bar => Bar.AtLeast(1.4, "x", ">= 1.4x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var hashes = corpus.Add(64, FileBytes);
        await using var ours = await ServerProcess.StartAsync(corpus);
        await using var peer = await ServerProcess.StartAsync(corpus, ServerProcess.Plain);
        var figures = await PairedFigures.MeasureAsync(
            warmRounds: 2,
            rounds: 9,
            () => SideAsync("ours", ours),
            () => SideAsync("peer", peer),
            cancellationToken
        );
        return new Measured(
            figures.Ratio,
            "x",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{figures.Subject:0} requests/s against {figures.Peer:0}, {Cpu("ours"):0.#} us of CPU a request against {Cpu("peer"):0.#}, control {figures.Control:0.##}"
            )
        );

        async Task<double> SideAsync(string side, ServerProcess server)
        {
            var paths = hashes.Select(hash => $"/{side}/{hash}").ToArray();
            var answerBytes = FileBytes + HeaderBytes(server.Port, paths);
            var before = server.Cpu;
            var (answers, seconds) = await Wrk.RunAsync(
                server.Port,
                paths,
                answerBytes,
                Connections,
                seconds: 1,
                cancellationToken
            );
            _microseconds[side].Add((server.Cpu - before).TotalMicroseconds / answers);
            return answers / seconds;
        }
    }

    /// <summary>The median, over all turns of a side.</summary>
    private double Cpu(string side) => _microseconds[side].Order().ElementAt(_microseconds[side].Count / 2);

    private static int HeaderBytes(int port, string[] paths)
    {
        using var client = new BulkClient(port, connections: 1);
        client.Fetch(paths, FileBytes, answers: 1);
        return client.HeaderBytes;
    }
}
