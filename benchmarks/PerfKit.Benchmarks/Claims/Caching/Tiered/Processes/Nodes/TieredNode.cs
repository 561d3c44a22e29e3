using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>
/// The child <c>tiered-node</c>: one process of a service with a tiered cache over Redis, as a user registers it and with
/// its defaults. It does what lines of its input say, side by side, and ends when that closes.
/// </summary>
/// <remarks>
/// A line is <c>id verb arguments</c>; its answer <c>= id json</c> or <c>! id sentence</c>. Other lines are events. Times are
/// ticks of the machine's monotonic clock, which all processes share.
/// </remarks>
internal sealed class TieredNode(TieredCache cache, Truth? truth)
{
    private readonly NodeCrowd _crowd = new(cache);
    private readonly NodeCost _cost = new(cache);
    private readonly NodeBeacon _beacon = new(cache);
    private readonly NodeLoad? _load = truth is null ? null : new(cache, truth);

    /// <summary>Arguments: the servers, the format it reads and writes, and the path of the <see cref="Truth"/> or <c>-</c>.</summary>
    public static async Task<object?> RunAsync(string[] args)
    {
        var services = new ServiceCollection();
        services.AddLogging(static l => l.AddSimpleConsole(static o => o.TimestampFormat = "ss.fff "));
        services.Configure<ConsoleLoggerOptions>(static o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        services.AddPerfKitTieredCache().AddRedis(o => o.Configuration = args[0]);
        OtherFormat.Pretend(services, byte.Parse(args[1], CultureInfo.InvariantCulture));
        await using var provider = services.BuildServiceProvider();
        using var truth = args[2] == "-" ? null : Truth.Open(args[2]);
        var node = new TieredNode(provider.GetRequiredService<TieredCache>(), truth);
        Console.WriteLine("up");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            _ = Task.Run(() => node.AnswerAsync(line.Split(' ')));
        }

        Environment.Exit(0); // Now, whatever is still under way.
        return null;
    }

    private async Task AnswerAsync(string[] words)
    {
        try
        {
            var answer = await DoAsync(words[1], words[2..]);
            Console.WriteLine($"= {words[0]} {JsonSerializer.Serialize(answer)}");
        }
        catch (Exception e)
        {
            Console.WriteLine($"! {words[0]} {e.ToString().ReplaceLineEndings(" ")}");
        }
    }

    private async Task<object> DoAsync(string verb, string[] given) =>
        verb switch
        {
            "gather" => _crowd.Gather(given[0], Number(given[1]), Number(given[2])),
            "go" => await _crowd.GoAsync(long.Parse(given[0], CultureInfo.InvariantCulture)),
            "read" => await _crowd.ReadAsync(given[0]),
            "warm" => await _cost.WarmAsync(Number(given[0])),
            "miss" => await _cost.MissAsync(Number(given[0])),
            "hit" => await _cost.HitAsync(Number(given[0])),
            "outage" => await _cost.OutageAsync(given[0], Number(given[1])),
            "beacon" => await _beacon.FindAsync(given[0], given[1]),
            "dark" => _beacon.Stop(),
            "sweep" => await _load!.SweepAsync(),
            "write" => await _load!.WriteAsync(Number(given[0]), Number(given[1])),
            "load" => await _load!.RunAsync(Number(given[0]), Number(given[1]), Number(given[2])),
            _ => throw new ArgumentException($"'{verb}' is nothing a node does."),
        };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
