using System.Globalization;
using PerfKit.Benchmarks.Claims.Streaming.Clients;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>Many readers of a large, sparse file on a server of its own.</summary>
public abstract class ReaderClaim : Claim
{
    private const int WarmBytes = 1 << 20;

    private protected const long Large = 10L << 30;

    public sealed override string Area => "streaming";

    /// <summary>Starts a server, warms it with files of 1 MB, and lets it rest.</summary>
    private protected static async Task<(ServerProcess Server, string Path)> StartAsync(
        Corpus corpus,
        string side,
        long bytes,
        CancellationToken cancellationToken
    )
    {
        var warm = corpus.Add(1, WarmBytes)[0];
        var large = corpus.AddSparse(bytes);
        var server = await ServerProcess.StartAsync(
            corpus,
            side == "ours" ? ServerProcess.Direct : ServerProcess.Plain
        );
        using (var client = new BulkClient(server.Port, connections: 4))
        {
            client.Fetch([$"/{side}/{warm}"], WarmBytes, answers: 500);
        }

        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        return (server, $"/{side}/{large}");
    }
}

/// <summary>Growth of the server's resident set, at its peak, over what it had at rest; of two file sizes the worse.</summary>
public sealed class SlowReadersMemory : ReaderClaim
{
    private const int Readers = 1000;
    private const double Megabyte = 1 << 20;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    public override string Id => "slow-readers";
    public override Bar Bar => Bar.AtMost(128, "MB");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var ten = await GrowthAsync(Large, cancellationToken);
        var hundred = await GrowthAsync(10 * Large, cancellationToken);
        return new Measured(
            Math.Max(ten, hundred) / Megabyte,
            "MB",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{ten / Megabyte:0} MB of a 10 GB file, {hundred / Megabyte:0} MB of 100 GB"
            )
        );
    }

    private static async Task<long> GrowthAsync(long bytes, CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var (server, path) = await StartAsync(corpus, "ours", bytes, cancellationToken);
        await using var _ = server;
        var idle = Memory.ResidentBytes(server.Id);
        Memory.ResetPeak(server.Id);
        using var readers = new SlowReaders(server.Port, path, Readers);
        await readers.ReadAsync(Duration, cancellationToken);
        return readers.LeastBytes >= WarmedBytes
            ? Memory.PeakResidentBytes(server.Id) - idle
            : throw new InvalidDataException($"A reader got {readers.LeastBytes} bytes in {Duration.TotalSeconds} s.");
    }

    /// <summary>A quarter of what a reader would take: below that the readers waited for the server.</summary>
    private static long WarmedBytes => (long)(Duration.TotalSeconds * 10 / 4) * 32 * 1024;
}

/// <summary>The server's CPU in the second that begins one second after 500 readers left at once.</summary>
public sealed class AbortStorm : ReaderClaim
{
    private const int Readers = 500;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public override string Id => "abort";
    public override Bar Bar => Bar.AtMost(10, "%");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var ours = await LeaveAsync("ours", cancellationToken);
        var peer = await LeaveAsync("peer", cancellationToken);
        return new Measured(
            ours.Then,
            "%",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{ours.First:0.#} % in the first second; Results.File {peer.First:0} %, then {peer.Then:0} %"
            )
        );
    }

    /// <summary>Percent of one core, in the first second after they left and in the next.</summary>
    private static async Task<(double First, double Then)> LeaveAsync(string side, CancellationToken cancellationToken)
    {
        using var corpus = new Corpus();
        var (server, path) = await StartAsync(corpus, side, Large, cancellationToken);
        await using var _ = server;
        using var readers = new SlowReaders(server.Port, path, Readers);
        await readers.ReadAsync(TimeSpan.FromSeconds(3), cancellationToken);
        readers.Leave();
        return (await PercentAsync(), await PercentAsync());

        async Task<double> PercentAsync()
        {
            var before = server.Cpu;
            await Task.Delay(Second, cancellationToken);
            return (server.Cpu - before) / Second * 100;
        }
    }
}
