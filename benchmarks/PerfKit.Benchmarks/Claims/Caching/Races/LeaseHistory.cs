using System.Buffers;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>
/// One seeded interleaving on a content cache, step by step on one thread: puts, leases that are held over other steps,
/// read, given back and given back again, fills whose source gives its bytes in later steps, removals.
/// </summary>
internal sealed class LeaseHistory(LeaseCache leases, int seed)
{
    private const int Steps = 16;

    private readonly ContentCache _cache = leases.Cache;
    private readonly Random _random = new(seed);
    private readonly List<(int Key, ContentLease Lease)> _held = [];
    private readonly List<(int Key, ReadOnlySequence<byte> Bytes)> _shown = []; // Kept beyond their leases.
    private readonly List<LeaseFill> _fills = [];
    private readonly bool[] _mayHold = new bool[LeaseCache.Keys];

    public int Played { get; private set; }

    public int Wrong { get; private set; }

    public string? First { get; private set; }

    public async ValueTask PlayAsync()
    {
        for (; Played < Steps; Played++)
        {
            Step(_random.Next(LeaseCache.Keys));
        }

        foreach (var fill in _fills)
        {
            await JudgeAsync(fill);
        }

        while (_held.Count > 0)
        {
            Return();
        }

        var leak = leases.Leak();
        Require(leak is null, leak ?? "");
        _shown.ForEach(Look);
    }

    private void Step(int key)
    {
        switch (_random.Next(16))
        {
            case < 3:
                _mayHold[key] |= _cache.TryPut(LeaseCache.Key(key), LeaseCache.Bytes(key));
                break;
            case < 7:
                Lease(key);
                break;
            case < 9 when _held.Count > 0:
                var (held, lease) = _held[_random.Next(_held.Count)];
                Require(LeaseCache.Is(held, lease.Content), $"a lease of content {held} gave other bytes");
                break;
            case < 12 when _held.Count > 0:
                Return();
                break;
            case 12:
                _mayHold[key] = false;
                _cache.Remove(LeaseCache.Key(key));
                break;
            case 13 when _random.Next(4) == 0:
                Array.Clear(_mayHold);
                _cache.Clear();
                break;
            case 14:
                _mayHold[key] = true;
                _fills.Add(new LeaseFill(_cache, key));
                break;
            case 15 when _shown.Count > 0:
                Look(_shown[_random.Next(_shown.Count)]);
                break;
            default:
                Go();
                break;
        }
    }

    private void Lease(int key)
    {
        if (_cache.TryGet(LeaseCache.Key(key), out var lease))
        {
            Require(_mayHold[key], $"content {key} was found after its removal");
            Require(lease.Length == LeaseCache.Bytes(key).Length, $"a lease of content {key} has another length");
            _held.Add((key, lease));
        }
    }

    /// <summary>Gives a lease back, twice, and uses it once more.</summary>
    private void Return()
    {
        var at = _random.Next(_held.Count);
        var (key, lease) = _held[at];
        _held.RemoveAt(at);
        if (_random.Next(3) == 0)
        {
            _shown.Add((key, lease.Content));
        }

        var copy = lease;
        lease.Dispose();
        copy.Dispose();
        try
        {
            Require(lease.Content.Length < 0, $"a lease of content {key} was good after its return");
        }
        catch (ObjectDisposedException)
        {
            // As promised.
        }
    }

    /// <summary>Some fill goes on: its source gives bytes, ends or breaks, or its reader leaves.</summary>
    private void Go()
    {
        if (_fills.Count > 0)
        {
            _fills[_random.Next(_fills.Count)].Go(_random.Next(6));
        }
    }

    private async ValueTask JudgeAsync(LeaseFill fill) =>
        Require(await fill.EndAsync(), $"a reader of {fill} got wrong bytes");

    /// <summary>What was kept beyond its lease still is the content, or throws; it never shows another one.</summary>
    private void Look((int Key, ReadOnlySequence<byte> Bytes) shown)
    {
        try
        {
            Require(LeaseCache.Is(shown.Key, shown.Bytes), $"a sequence of content {shown.Key} showed other bytes");
        }
        catch (ObjectDisposedException)
        {
            // Its blocks went back.
        }
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            Wrong++;
            First ??= $"leases, seed {seed}, step {Played}: {what}";
        }
    }
}
