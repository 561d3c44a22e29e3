using System.Diagnostics;
using System.Globalization;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>What went wrong with one read or write, and when it began; <c>Behind</c> is how long the missed write was complete by then.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="At">Ticks.</param>
/// <param name="Milliseconds">How long it took, or how long what it missed had been complete.</param>
/// <param name="What">A sentence.</param>
internal sealed record NodeFault(string Kind, long At, double Milliseconds, string What)
{
    /// <summary>Not a value of this key.</summary>
    public const string Misread = "misread";

    /// <summary>It threw.</summary>
    public const string Thrown = "thrown";

    /// <summary>Older than what this process had written.</summary>
    public const string StaleOwn = "stale-own";

    /// <summary>Older than what another process had written.</summary>
    public const string StaleOther = "stale-other";

    /// <summary>The same while one of the two was cut off from Redis, where neither can tell the other.</summary>
    public const string StaleAway = "stale-away";

    /// <summary>Longer over its factory than the bound.</summary>
    public const string Slow = "slow";
}

/// <summary>What a node did.</summary>
internal sealed record LoadReport(int Reads, int Writes, int Made, int MostMade, double Longest, NodeFault[] Faults);

/// <summary>
/// Reads and writes of the keys of a <see cref="Truth"/>, each read judged by what was complete when it began. A value is its
/// key and its version.
/// </summary>
internal sealed class NodeLoad(TieredCache cache, Truth truth)
{
    public const double MostMilliseconds = 50; // Over the factory.
    private const int Tags = 16;
    private const int MostFaults = 2_000;
    private const int WritesInTen = 3;
    private const int TagsInWrites = 10;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(1);
    private readonly StallWatch _stalls = new();
    private readonly long[] _own = new long[Truth.Keys]; // What this process has written, complete.
    private List<NodeFault> _faults = [];
    private int _reads;
    private int _writes;
    private int _made;
    private int _mostMade;
    private double _longest;

    /// <summary>Reads every key.</summary>
    public async Task<LoadReport> SweepAsync()
    {
        Begin();
        await Parallel.ForEachAsync(Enumerable.Range(0, Truth.Keys), async (key, _) => await ReadAsync(key));
        return Report();
    }

    /// <summary>So many writes, one after the other.</summary>
    public async Task<LoadReport> WriteAsync(int writes, int seed)
    {
        Begin();
        var random = new Random(seed);
        for (var i = 0; i < writes; i++)
        {
            await WriteAsync(random);
        }

        return Report();
    }

    /// <summary>Callers that read and write for so long; what a call did not get from the machine is not its.</summary>
    public async Task<LoadReport> RunAsync(int milliseconds, int callers, int seed)
    {
        Begin();
        var until = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1_000);
        await Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(until, (seed * 100) + caller)))
        );
        return Report();
    }

    private async Task CallAsync(long until, int seed)
    {
        var random = new Random(seed);
        while (Stopwatch.GetTimestamp() < until)
        {
            if (random.Next(10) < WritesInTen)
            {
                await WriteAsync(random);
            }
            else
            {
                await ReadAsync(random.Next(Truth.Keys));
            }

            await Task.Delay(Rest); // Because the load is to be steady, not all there can be.
        }
    }

    private void Begin()
    {
        (_faults, _reads, _writes, _made, _mostMade, _longest) = ([], 0, 0, 0, 0, 0);
    }

    private LoadReport Report() => new(_reads, _writes, _made, _mostMade, _longest, [.. _faults]);

    private async Task ReadAsync(int key)
    {
        var own = Volatile.Read(ref _own[key]);
        var (completed, completedAt) = truth.CompletedOf(key);
        var began = Stopwatch.GetTimestamp();
        var isAvailable = cache.IsTierAvailable;
        var call = new Call(truth, key);
        var text = await TimeAsync(
            "read",
            began,
            async () =>
                await cache.GetOrCreateAsync(
                    KeyOf(key),
                    call,
                    static (call, _) => ValueTask.FromResult(call.Make()),
                    tags: [TagOf(key)]
                )
        );
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _made, call.Made);
        _mostMade = Math.Max(_mostMade, call.Made);
        if (text is null)
        {
            return; // It threw, which is noted.
        }

        if (!TryVersion(text, key, out var version) || version > truth.CurrentOf(key))
        {
            Note(NodeFault.Misread, began, 0, $"key {key} gave {text}");
        }
        else if (version < own)
        {
            Note(NodeFault.StaleOwn, began, 0, $"key {key} gave {version} behind {own}");
        }
        else if (version < completed)
        {
            var behind = (began - completedAt) * 1_000.0 / Stopwatch.Frequency;
            var isHeard = isAvailable && cache.IsTierAvailable && completedAt != Truth.Unheard;
            var kind = isHeard ? NodeFault.StaleOther : NodeFault.StaleAway;
            Note(kind, began, behind, $"key {key} gave {version} behind {completed}");
        }
    }

    private async Task WriteAsync(Random random)
    {
        var key = random.Next(Truth.Keys);
        var kind = random.Next(TagsInWrites);
        int[] keys = kind == 0 ? [.. Enumerable.Range(0, Truth.Keys).Where(k => TagOf(k) == TagOf(key))] : [key];
        keys = [.. keys.Where(truth.TryBegin)];
        if (keys.Length == 0)
        {
            return; // Another writer has it.
        }

        var versions = keys.Select(truth.Write).ToArray();
        await TimeAsync(
            kind == 0 ? "tag"
                : kind < TagsInWrites / 2 ? "remove"
                : "set",
            Stopwatch.GetTimestamp(),
            async () =>
            {
                await (
                    kind == 0 ? cache.RemoveByTagAsync(TagOf(key))
                    : kind < TagsInWrites / 2 ? cache.RemoveAsync(KeyOf(key))
                    : cache.SetAsync(KeyOf(key), ValueOf(key, versions[0]), tags: [TagOf(key)])
                );
                return "";
            }
        );
        for (var i = 0; i < keys.Length; i++)
        {
            Volatile.Write(ref _own[keys[i]], versions[i]);
            truth.Complete(keys[i], versions[i], isHeard: cache.IsTierAvailable);
        }

        Interlocked.Increment(ref _writes);
    }

    private async Task<string?> TimeAsync(string verb, long began, Func<Task<string>> call)
    {
        var lost = _stalls.Lost;
        try
        {
            var answer = await call();
            var took = Stopwatch.GetTimestamp() - began - (_stalls.Lost - lost);
            var milliseconds = took * 1_000.0 / Stopwatch.Frequency;
            _longest = Math.Max(_longest, milliseconds);
            if (milliseconds > MostMilliseconds)
            {
                Note(NodeFault.Slow, began, milliseconds, verb);
            }

            return answer;
        }
        catch (Exception e)
        {
            Note(NodeFault.Thrown, began, 0, e.Message);
            return null;
        }
    }

    private void Note(string kind, long at, double milliseconds, string what)
    {
        lock (_own)
        {
            if (_faults.Count < MostFaults)
            {
                _faults.Add(new NodeFault(kind, at, milliseconds, what.ReplaceLineEndings(" ")));
            }
        }
    }

    private static string KeyOf(int key) => $"k{key}";

    private static string TagOf(int key) => $"t{key % Tags}";

    private static string ValueOf(int key, long version) => FormattableString.Invariant($"{key}={version}");

    private static bool TryVersion(string text, int key, out long version)
    {
        version = 0;
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            && text.AsSpan(0, at).SequenceEqual(key.ToString(CultureInfo.InvariantCulture))
            && long.TryParse(text.AsSpan(at + 1), CultureInfo.InvariantCulture, out version);
    }

    /// <summary>One read, which counts its factory calls.</summary>
    private sealed class Call(Truth truth, int key)
    {
        private int _made;

        public int Made => Volatile.Read(ref _made);

        public string Make()
        {
            Interlocked.Increment(ref _made);
            return ValueOf(key, truth.CurrentOf(key));
        }
    }
}
