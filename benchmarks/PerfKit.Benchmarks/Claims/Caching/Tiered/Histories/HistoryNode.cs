using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PerfKit.Caching;
using PerfKit.TestKit;
using PerfKit.TestKit.Faults;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>A process with a cache, seen from the driver: its proxy before Redis, its calls, and whether it is cut.</summary>
internal sealed class HistoryNode : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<int, Call> _calls = new();
    private readonly FrameLink _link;
    private readonly OwnProcess _process;
    private readonly TieredCache _remover;
    private readonly Task _receiving;
    private readonly Lock _gate = new();
    private TaskCompletionSource? _nextRound;
    private bool _isHearing;
    private int _call;
    private long _marker;

    private HistoryNode(int number, FaultProxy proxy, OwnProcess process, FrameLink link, TieredCache remover)
    {
        Number = number;
        Proxy = proxy;
        _process = process;
        _link = link;
        _remover = remover;
        _receiving = _link.RunAsync(Take);
    }

    /// <summary>From 0.</summary>
    public int Number { get; }

    /// <summary>What stands between it and Redis.</summary>
    public FaultProxy Proxy { get; }

    /// <summary>Its standing in the histories; guarded by the stand's lock.</summary>
    public NodeStanding Standing { get; } = new();

    /// <summary>Starts the process.</summary>
    /// <param name="number">From 0.</param>
    /// <param name="redisPort">The server's port.</param>
    /// <param name="remover">A cache over the same Redis that no fault befalls: removes what markers there are.</param>
    public static async Task<HistoryNode> StartAsync(int number, int redisPort, TieredCache remover)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var proxy = FaultProxy.Start(redisPort, number + 1);
        string[] ports =
        [
            ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
            proxy.Port.ToString(CultureInfo.InvariantCulture),
        ];
        var command = ChildRun.Command([HistoryNodeProgram.Name, .. ports]);
        var process = OwnProcess.Start(command[0], command[1..]);
        using var limit = new CancellationTokenSource(AnswerLimit);
        var socket = await listener.AcceptSocketAsync(limit.Token);
        return new HistoryNode(number, proxy, process, new FrameLink(socket), remover);
    }

    /// <summary>Its date is off by so much from now on.</summary>
    public void SetClock(TimeSpan skew) =>
        _link.Send(new NodeFrame(NodeFrameKind.Clock, 0, 0, 0, 0, (long)skew.TotalMilliseconds));

    /// <summary>Does something on the node.</summary>
    /// <param name="kind">What.</param>
    /// <param name="history">Whose keys.</param>
    /// <param name="key">The number of the key.</param>
    /// <param name="value">What is written.</param>
    /// <param name="load">What its factory asks; runs as a part of the operation that calls.</param>
    /// <returns>The answer.</returns>
    public async Task<NodeFrame> CallAsync(
        NodeFrameKind kind,
        int history = 0,
        int key = 0,
        long value = 0,
        Func<ValueTask<long>>? load = null
    )
    {
        var number = Interlocked.Increment(ref _call);
        var call = _calls[number] = new Call(load, load is null ? null : ExecutionContext.Capture());
        _link.Send(new NodeFrame(kind, NodeFlag.None, (short)key, history, number, value));
        NodeFrame answer;
        try
        {
            answer = await call.Answered.Task.WaitAsync(AnswerLimit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Node {Number} did not answer {kind} within {AnswerLimit}: {_process.Output}");
        }
        finally
        {
            _calls.TryRemove(number, out _);
        }

        return answer.Flag.HasFlag(NodeFlag.Failed)
            ? throw new InvalidOperationException($"Node {Number} failed to {kind}: {_process.Output}")
            : answer;
    }

    /// <summary>
    /// Completes when the node has to have heard what had reached Redis at the call: a marker that it held is removed
    /// behind that by another node, and it does not serve it any more, or not for two seconds. Calls that come together share a marker.
    /// </summary>
    public Task HearAsync()
    {
        lock (_gate)
        {
            _nextRound ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_isHearing)
            {
                _isHearing = true;
                _ = Task.Run(HearRoundsAsync);
            }

            return _nextRound.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _link.Dispose();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // The process has been killed.
        await Proxy.DisposeAsync();
    }

    private async Task HearRoundsAsync()
    {
        while (true)
        {
            TaskCompletionSource round;
            lock (_gate)
            {
                if (_nextRound is null)
                {
                    _isHearing = false;
                    return;
                }

                (round, _nextRound) = (_nextRound, null);
            }

            try
            {
                var number = ++_marker;
                await CallAsync(NodeFrameKind.Hold, Number, value: number);
                await _remover.RemoveAsync(HistoryNodeProgram.MarkerOf(Number, number));
                await CallAsync(NodeFrameKind.Heard, Number, value: number);
                round.SetResult();
            }
            catch (Exception e)
            {
                round.SetException(e);
            }
        }
    }

    private void Take(NodeFrame frame)
    {
        if (!_calls.TryGetValue(frame.Call, out var call))
        {
            return; // Given up.
        }

        if (frame.Kind == NodeFrameKind.Load)
        {
            ExecutionContext.Run(call.Context!, _ => _ = LoadAsync(call.Load!, frame.Value), null);
        }
        else
        {
            call.Answered.TrySetResult(frame);
        }
    }

    private async Task LoadAsync(Func<ValueTask<long>> load, long number)
    {
        var value = await load();
        _link.Send(new NodeFrame(NodeFrameKind.Loaded, 0, 0, 0, (int)number, value));
    }

    private sealed class Call(Func<ValueTask<long>>? load, ExecutionContext? context)
    {
        public Func<ValueTask<long>>? Load => load;

        public ExecutionContext? Context => context;

        public TaskCompletionSource<NodeFrame> Answered { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Whether a node is cut, as its histories know.</summary>
internal sealed class NodeStanding
{
    /// <summary>Its connection is cut, or it has said that Redis is away, and it is not known to be back.</summary>
    public bool IsCut { get; set; }

    /// <summary>How often it has said that what it wrote may have to be told yet.</summary>
    public int Untold { get; set; }

    /// <summary>Completes when it is no longer cut.</summary>
    public TaskCompletionSource Connected { get; set; } = Done();

    /// <summary>Completes when it is not just being connected: a history that opens meanwhile would not learn of the end.</summary>
    public TaskCompletionSource Joined { get; set; } = Done();

    public static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Done()
    {
        var done = New();
        done.SetResult();
        return done;
    }
}
