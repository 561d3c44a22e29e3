using System.Text.Json;
using PerfKit.Benchmarks.Claims.Caching.Contents.Children;
using PerfKit.Benchmarks.Claims.Caching.Tiered;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.Benchmarks.Claims.RateLimit;
using PerfKit.Benchmarks.Claims.RateLimit.Keyed;
using PerfKit.Benchmarks.Claims.Streaming.Servers;
using PerfKit.Benchmarks.Claims.Streaming.Uploads;

namespace PerfKit.Benchmarks.Claims;

/// <summary><c>child</c>: one measurement in a process of its own; prints its report as a line of JSON.</summary>
internal static class ChildCommand
{
    public static async Task<int> RunAsync(string name, string[] args)
    {
        object? report = name switch
        {
            "churn" => Churn.Run(args[0], isPaced: args[1] == "paced"),
            "byte-bound" => await ByteBound.RunAsync(),
            "overload" => await Overload.RunAsync(),
            "keyed-flood" => KeyedFloodRun.RunChild(),
            "keyed-idle" => KeyedIdle.RunChild(),
            "limiter" => await LimiterClaim.RunChildAsync(args[0]),
            "tiered-hit" => await L1Hit.RunChildAsync(),
            "tiered-node" => await TieredNode.RunAsync(args),
            LagReader.Name => await LagReader.RunAsync(args[0]),
            HistoryNodeProgram.Name => await HistoryNodeProgram.RunAsync(args),
            "download-server" => await DownloadHost.RunAsync(args),
            "upload-host" => await UploadHost.RunAsync(args),
            _ => null,
        };
        Console.WriteLine(JsonSerializer.Serialize(report));
        return report is null ? 2 : 0;
    }
}
