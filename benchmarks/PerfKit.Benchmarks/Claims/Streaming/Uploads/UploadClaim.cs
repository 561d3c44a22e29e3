using System.Globalization;
using System.Security.Cryptography;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Streaming.Uploads;

/// <summary>
/// Four files of 64 MB sent at once as forms: into a content store, with SHA-256, XxHash128 and an atomic commit, over
/// <c>IFormFile</c> copied to a file, which has none of them. MB/s by MB/s.
/// </summary>
public sealed class UploadClaim : Claim
{
    private const int Files = 4;
    private const int FileBytes = 64 << 20;
    private const int Rounds = 9;
    private const int WarmRounds = 2;

    private static readonly Side Peer = new("/peer", AsForm: true);
    private static readonly Side Form = new("/form", AsForm: true);
    private static readonly Side Body = new("/body", AsForm: false);

    public override string Area => "streaming";
    public override string Id => "upload";
    public override Bar Bar => Bar.AtLeast(1.8, "x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var server = await UploadServer.StartAsync(folder.Path, isDurable: false);
        var run = new Run(server, new UploadClient(server.Port));
        Side[] sides = [Form, Peer, Body];
        var rounds = new List<Dictionary<Side, Cost>>();
        for (var round = -WarmRounds; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var costs = new Dictionary<Side, Cost>();
            foreach (var side in round % 2 == 0 ? sides : sides.Reverse())
            {
                costs[side] = await run.OnceAsync(side, round, verify: round == 0);
            }

            if (round >= 0)
            {
                rounds.Add(costs);
            }
        }

        return new Measured(
            Median(rounds.Select(r => r[Peer].Wall / r[Form].Wall)),
            "x",
            string.Join(", ", sides.Select(side => Describe(side, rounds)))
        );
    }

    private static string Describe(Side side, List<Dictionary<Side, Cost>> rounds)
    {
        var megabytes = Files * FileBytes / 1e6;
        var speed = Median(rounds.Select(r => megabytes / r[side].Wall.TotalSeconds));
        var cpu = Median(rounds.Select(r => r[side].Cpu.TotalMilliseconds / megabytes * 1000));
        return string.Create(CultureInfo.InvariantCulture, $"{side.Path} {speed:0} MB/s, {cpu:0} ms server CPU a GB");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed record Side(string Path, bool AsForm);

    private sealed record Cost(TimeSpan Wall, TimeSpan Cpu);

    private sealed class Run(UploadServer server, UploadClient client)
    {
        private readonly byte[][] _contents =
        [
            .. Enumerable.Range(0, Files).Select(_ => RandomNumberGenerator.GetBytes(FileBytes)),
        ];

        /// <summary>Uploads contents that were never there before, and removes what came of them.</summary>
        public async Task<Cost> OnceAsync(Side side, int round, bool verify)
        {
            foreach (var content in _contents)
            {
                BitConverter.TryWriteBytes(content.AsSpan(8), round);
            }

            var cpu = server.Cpu;
            var (paths, wall) = await client.SendAsync(side.Path, _contents, side.AsForm);
            var cost = new Cost(wall, server.Cpu - cpu);
            for (var i = 0; i < Files; i++)
            {
                if (verify)
                {
                    await VerifyAsync(paths[i], _contents[i]);
                }

                File.Delete(paths[i]);
            }

            return cost;
        }

        private static async Task VerifyAsync(string path, byte[] content)
        {
            await using var file = File.OpenRead(path);
            if (!(await SHA256.HashDataAsync(file)).AsSpan().SequenceEqual(SHA256.HashData(content)))
            {
                throw new InvalidOperationException($"{path} does not hold what was sent.");
            }
        }
    }
}
