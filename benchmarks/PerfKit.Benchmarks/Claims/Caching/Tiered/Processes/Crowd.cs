using System.Diagnostics;
using PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>Three processes with 10,000 callers together, of one cold key and let go at one moment, over one Redis.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    public const int Callers = 10_000;
    private const int Nodes = 3;
    private const int FactoryMilliseconds = 100;
    private static readonly long Soon = Stopwatch.Frequency / 10;
    private readonly RedisServer _server;
    private readonly List<NodeProcess> _nodes;
    private int _keys;

    private Crowd(RedisServer server, IEnumerable<NodeProcess> nodes)
    {
        _server = server;
        _nodes = [.. nodes];
    }

    public static async Task<Crowd> StartAsync()
    {
        var server = await RedisServer.StartPrivateAsync();
        return new Crowd(server, await NodeProcess.StartAllAsync(Nodes, server.ConnectionString));
    }

    /// <summary>What the processes logged, for a claim that falls short.</summary>
    public string Log => string.Join(' ', _nodes.Select(static node => node.Log));

    /// <summary>How many factories were called for one cold key.</summary>
    /// <exception cref="InvalidOperationException">A caller got another value, or none.</exception>
    public async Task<int> CallAsync()
    {
        var (_, reports) = await LetGoAsync();
        var answers = await Task.WhenAll(reports.Values);
        var calls = await CountAsync();
        Expect(answers, Callers, calls);
        return calls;
    }

    /// <summary>
    /// The same where the process whose factory runs is killed, or stopped until its lease is over: how many factories, and
    /// how long after lease and second factory the last of the others' callers had its answer.
    /// </summary>
    public async Task<LeaderFigures> WithoutLeaderAsync(TimeSpan lease, bool isKilled)
    {
        var (key, reports) = await LetGoAsync();
        var first = await NextAsync();
        await Task.Delay(FactoryMilliseconds / 2); // Because the factory is to be well under way.
        if (isKilled)
        {
            first.Node.Kill();
        }
        else
        {
            first.Node.Freeze();
        }

        var second = await NextAsync(but: first.Node);
        var others = reports.Where(r => r.Key != first.Node).Select(static r => r.Value).ToList();
        var answers = await Task.WhenAll(others);
        var calls = 2 + await CountAsync(but: first.Node);
        Expect(answers, others.Count * (Callers / _nodes.Count), calls - 1);
        var made = second.Node.Made.Single(m => m.Key == key);
        var wait = Stopwatch.GetElapsedTime(first.At, second.At) - lease;
        var rest = Stopwatch.GetElapsedTime(made.At, answers.Max(static a => a.LastAt));
        if (isKilled)
        {
            await ReplaceAsync(first.Node);
        }
        else
        {
            first.Node.Thaw();
            await reports[first.Node]; // Its own callers may have what it made: they asked before it was fenced off.
            await ExpectAsync(key, answers[0].Values[0], but: first.Node);
            calls += await CountAsync();
        }

        return new LeaderFigures(calls, (wait + rest).TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    private async Task<(string Key, Dictionary<NodeProcess, Task<CrowdReport>> Reports)> LetGoAsync()
    {
        var key = $"cold-{++_keys}";
        var share = Callers / _nodes.Count;
        await Task.WhenAll(
            _nodes.Select(
                (node, i) =>
                    node.AskAsync<int>($"gather {key} {(i == 0 ? Callers - (2 * share) : share)} {FactoryMilliseconds}")
            )
        );
        var at = Stopwatch.GetTimestamp() + Soon;
        return (key, _nodes.ToDictionary(static node => node, node => node.AskAsync<CrowdReport>($"go {at}")));
    }

    /// <summary>The next factory call of any process but one.</summary>
    private async Task<Making> NextAsync(NodeProcess? but = null)
    {
        using var leave = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var asked = _nodes
            .Where(node => node != but)
            .Select(node => node.Making.WaitToReadAsync(leave.Token).AsTask())
            .ToList();
        await await Task.WhenAny(asked);
        await leave.CancelAsync();
        foreach (var node in _nodes.Where(node => node != but))
        {
            if (node.Making.TryRead(out var making))
            {
                return making;
            }
        }

        throw new InvalidOperationException("No process called its factory.");
    }

    /// <summary>Factory calls not looked at yet, of all processes.</summary>
    private async Task<int> CountAsync(NodeProcess? but = null)
    {
        var nodes = _nodes.Where(node => node != but).ToList();
        await Task.WhenAll(nodes.Select(static node => node.AskAsync<string>("read counted"))); // Behind whatever was told.
        var calls = 0;
        foreach (var node in nodes)
        {
            while (node.Making.TryRead(out _))
            {
                calls++;
            }
        }

        return calls;
    }

    private async Task ReplaceAsync(NodeProcess killed)
    {
        _nodes.Remove(killed);
        await killed.DisposeAsync();
        _nodes.AddRange(await NodeProcess.StartAllAsync(1, _server.ConnectionString));
    }

    /// <summary>The others find this value in Redis: what the stopped one wrote late was refused.</summary>
    private async Task ExpectAsync(string key, string value, NodeProcess but)
    {
        foreach (var node in _nodes.Where(node => node != but))
        {
            var got = await node.AskAsync<string>($"read {key}");
            if (got != value)
            {
                throw new InvalidOperationException($"A process has '{got}' where '{value}' was made last.");
            }
        }
    }

    /// <summary>Every caller has the value of a factory.</summary>
    private static void Expect(CrowdReport[] answers, int least, int calls)
    {
        var values = answers.SelectMany(static a => a.Values).Distinct().ToList();
        if (values.Count > calls || values.Contains("") || answers.Sum(static a => a.Answered) < least)
        {
            throw new InvalidOperationException($"{calls} factories gave {string.Join(", ", values)}.");
        }
    }
}

/// <summary>Factory calls, and milliseconds over lease and factory.</summary>
internal sealed record LeaderFigures(int Calls, double Delay);
