using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching;
using PerfKit.TestKit.Faults;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// A process with a tiered cache over Redis, built as a user builds it with nothing but its clock exchanged, that does what
/// the driver of the histories tells it.
/// </summary>
internal sealed class HistoryNodeProgram
{
    public const string Name = "tiered-history-node";

    private static readonly TimeSpan MostUnheard = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<long>> _loads = new();
    private readonly TieredCache _cache;
    private readonly SkewedTimeProvider _clock;
    private readonly FrameLink _link;
    private long _load;

    private HistoryNodeProgram(TieredCache cache, SkewedTimeProvider clock, FrameLink link)
    {
        _cache = cache;
        _clock = clock;
        _link = link;
    }

    public static string KeyOf(int history, int key) => string.Create(CultureInfo.InvariantCulture, $"{history}:{key}");

    public static string MarkerOf(int node, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"marker:{node}:{number}");

    /// <summary>Serves until the driver goes.</summary>
    /// <param name="args">The driver's port, and Redis's.</param>
    public static async Task<object?> RunAsync(string[] args)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture));
        var clock = new SkewedTimeProvider(TimeProvider.System, TimeSpan.Zero);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddPerfKitTieredCache().AddRedis(o => o.Configuration = $"127.0.0.1:{args[1]}");
        await using var provider = services.BuildServiceProvider();
        using var link = new FrameLink(socket);
        await link.RunAsync(new HistoryNodeProgram(provider.GetRequiredService<TieredCache>(), clock, link).Take);
        return "ended";
    }

    private void Take(NodeFrame frame)
    {
        switch (frame.Kind)
        {
            case NodeFrameKind.Loaded:
                if (_loads.TryRemove(frame.Call, out var load))
                {
                    load.SetResult(frame.Value);
                }

                break;
            case NodeFrameKind.Clock:
                _clock.Skew = TimeSpan.FromMilliseconds(frame.Value);
                break;
            default:
                ThreadPool.UnsafeQueueUserWorkItem(
                    static it => _ = it.Program.AnswerAsync(it.Frame),
                    (Program: this, Frame: frame),
                    preferLocal: false
                );
                break;
        }
    }

    private async Task AnswerAsync(NodeFrame frame)
    {
        var (value, flag) = (0L, NodeFlag.None);
        try
        {
            (value, flag) = (await DoAsync(frame), NodeFlag.None);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{frame}: {e}");
            flag = NodeFlag.Failed;
        }

        flag |= _cache.IsTierAvailable ? NodeFlag.None : NodeFlag.Away; // Behind the call: of what it wrote as well.
        _link.Send(frame with { Kind = NodeFrameKind.Done, Flag = flag, Value = value });
    }

    private async ValueTask<long> DoAsync(NodeFrame frame)
    {
        var (history, key) = (frame.History, KeyOf(frame.History, frame.Key));
        switch (frame.Kind)
        {
            case NodeFrameKind.Read:
                return await _cache.GetOrCreateAsync(
                    key,
                    (Program: this, frame.Call),
                    static (it, _) => it.Program.LoadAsync(it.Call),
                    tags: TagsOf(history, key)
                );
            case NodeFrameKind.Set:
                await _cache.SetAsync(key, frame.Value, tags: TagsOf(history, key));
                break;
            case NodeFrameKind.Remove:
                await _cache.RemoveAsync(key);
                break;
            case NodeFrameKind.RemoveByTag:
                await _cache.RemoveByTagAsync(TagsOf(history, key)[frame.Value % 2]);
                break;
            case NodeFrameKind.Hold:
                var here = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCache };
                await _cache.SetAsync(MarkerOf(history, frame.Value), 1, here);
                break;
            case NodeFrameKind.Heard:
                return await HearAsync(MarkerOf(history, frame.Value));
            case NodeFrameKind.Available:
                while (!_cache.IsTierAvailable)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(2)); // Because nothing tells of it.
                }

                break;
        }

        return 0;
    }

    private static string[] TagsOf(int history, string key) => [$"of {key}", $"of history {history}"];

    /// <summary>A factory: the source is the driver's.</summary>
    private async ValueTask<long> LoadAsync(int call)
    {
        var asked = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var number = Interlocked.Increment(ref _load);
        _loads[number] = asked;
        _link.Send(new NodeFrame(NodeFrameKind.Load, NodeFlag.None, 0, 0, call, number));
        return await asked.Task;
    }

    private async ValueTask<long> HearAsync(string marker)
    {
        var since = Stopwatch.GetTimestamp();
        while (
            (await _cache.TryGetAsync<int>(marker)).HasValue && Stopwatch.GetElapsedTime(since) < MostUnheard // From then on it has to know, heard or not.
        )
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1)); // Because nothing tells of it.
        }

        return (long)Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }
}
