using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Streaming.Uploads;

/// <summary>
/// Resident memory of the server above idle while 1,000 connections are open, each in the middle of a body of 64 MB that
/// comes at a few KB each 100 ms.
/// </summary>
public sealed class SlowUploadsClaim : Claim
{
    private const int Connections = 1000;
    private const long BodyBytes = 64 << 20;
    private const int PieceBytes = 3000;
    private const int Pieces = 100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public override string Area => "streaming";
    public override string Id => "upload-rss";
    public override Bar Bar => Bar.AtMost(128, "MB");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var server = await UploadServer.StartAsync(folder.Path, isDurable: false);
        var client = new UploadClient(server.Port);
        await client.SendAsync("/body", [new byte[1 << 20], new byte[1 << 20]], asForm: false); // Compiled, started.
        var idle = server.ResidentBytes;
        var cpu = server.Cpu;

        var sockets = new List<Socket>();
        var peak = idle;
        try
        {
            for (var i = 0; i < Connections; i++)
            {
                sockets.Add(await client.BeginAsync("/body", BodyBytes));
            }

            var piece = new byte[PieceBytes];
            using var clock = new PeriodicTimer(Pause);
            for (var sent = 0; sent < Pieces; sent++)
            {
                foreach (var socket in sockets)
                {
                    await socket.SendAsync(piece, cancellationToken);
                }

                peak = Math.Max(peak, server.ResidentBytes);
                await clock.WaitForNextTickAsync(cancellationToken);
            }

            DemandOpen(sockets);
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }

        var used = (server.Cpu - cpu).TotalMilliseconds;
        return new Measured(
            (peak - idle) / 1e6,
            "MB",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Connections} uploads at {PieceBytes / Pause.TotalSeconds / 1000:0} KB/s, "
                    + $"{Pieces * Pause.TotalSeconds:0} s long, "
                    + $"idle {idle / 1e6:0} MB, server CPU {used:0} ms"
            )
        );
    }

    /// <summary>A server that had refused would hold nothing.</summary>
    private static void DemandOpen(List<Socket> sockets)
    {
        var answered = sockets.FirstOrDefault(static socket => socket.Poll(0, SelectMode.SelectRead));
        if (answered is not null)
        {
            var answer = new byte[1000];
            throw new InvalidOperationException(
                $"An upload was ended: {Encoding.ASCII.GetString(answer, 0, answered.Receive(answer))}"
            );
        }
    }
}
