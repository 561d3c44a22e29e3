using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>A factory call that a node told of, by the clock of the machine.</summary>
internal readonly record struct Making(NodeProcess Node, string Key, long At);

/// <summary>A <see cref="TieredNode"/> in a process of its own, asked by lines.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly OwnProcess _process;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _asked = new();
    private readonly ConcurrentQueue<Making> _made = new();
    private readonly Channel<Making> _making = Channel.CreateUnbounded<Making>();
    private readonly TaskCompletionSource _isUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ids;

    private NodeProcess(OwnProcess process)
    {
        _process = process;
        _ = ListenAsync(); // Until the process has ended.
    }

    /// <summary>Factory calls of the crowd that began, to be waited for.</summary>
    public ChannelReader<Making> Making => _making.Reader;

    /// <summary>What it logged last, for a message.</summary>
    public string Log =>
        string.Join(
            ' ',
            _process
                .Output.Split('\n')
                .Where(static line =>
                    line.Contains("Cache '", StringComparison.Ordinal)
                    || line.Contains("PerfKit.Caching.TieredCache[", StringComparison.Ordinal)
                )
                .TakeLast(24)
        );

    /// <summary>Factory calls of the crowd that ended.</summary>
    public IEnumerable<Making> Made => _made;

    public static async Task<NodeProcess> StartAsync(
        string servers,
        string? truth = null,
        byte format = OtherFormat.Today
    )
    {
        var version = format.ToString(CultureInfo.InvariantCulture);
        var command = ChildRun.Command("tiered-node", servers, version, truth ?? "-");
        var node = new NodeProcess(OwnProcess.Start(command[0], command[1..]));
        await node._isUp.Task.WaitAsync(Limit);
        return node;
    }

    /// <summary>So many of them, warmed up.</summary>
    public static async Task<NodeProcess[]> StartAllAsync(int nodes, string servers, string? truth = null)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, nodes).Select(_ => StartAsync(servers, truth)));
        await Task.WhenAll(all.Select(static node => node.AskAsync<int>("warm 200")));
        return all;
    }

    /// <summary>The answer to a line.</summary>
    /// <exception cref="InvalidOperationException">The node threw or has ended.</exception>
    public async Task<T> AskAsync<T>(string line)
    {
        var id = Interlocked.Increment(ref _ids).ToString(CultureInfo.InvariantCulture);
        var answer = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Send($"{id} {line}");
        return JsonSerializer.Deserialize<T>(await answer.Task.WaitAsync(Limit))!;
    }

    public void Freeze() => _process.Freeze();

    public void Thaw() => _process.Thaw();

    public void Kill() => _process.Kill();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                Hear(await _process.WaitForLineAsync("", TimeSpan.FromHours(1)));
            }
        }
        catch (Exception ended) when (ended is InvalidOperationException or TimeoutException)
        {
            _isUp.TrySetException(ended);
            foreach (var (_, answer) in _asked)
            {
                answer.TrySetException(ended);
                _ = answer.Task.Exception; // Nobody may wait for a killed node's answer.
            }
        }
    }

    private void Hear(string line)
    {
        var words = line.Split(' ', 3);
        switch (words[0])
        {
            case "up":
                _isUp.TrySetResult();
                break;
            case "=" when _asked.TryRemove(words[1], out var answer):
                answer.SetResult(words[2]);
                break;
            case "!" when _asked.TryRemove(words[1], out var answer):
                answer.SetException(new InvalidOperationException(words[2]));
                break;
            case "making":
                _making.Writer.TryWrite(Read(words));
                break;
            case "made":
                _made.Enqueue(Read(words));
                break;
        }
    }

    private Making Read(string[] words) => new(this, words[1], long.Parse(words[2], CultureInfo.InvariantCulture));
}
