using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>
/// The same operations on real threads. Every key has one writer, whose versions rise: a read that began after an
/// invalidation returned must not give an older version, nor one that was not yet written.
/// </summary>
internal sealed class ThreadedHistory
{
    private const int Threads = 3;
    private const int Pinned = 4; // Only ever replaced, with room for all: every read finds them.
    private const int Keys = 64;

    private readonly LocalCache<int, int> _cache;
    private readonly int[] _written = new int[Keys]; // What a factory reads.
    private readonly int[] _settled = new int[Keys]; // Below this no read may fall that begins now.
    private readonly int _seed;
    private readonly bool _isPinned;
    private long _wrong;
    private string? _first;

    public ThreadedHistory(int seed)
    {
        _seed = seed;
        _isPinned = seed % 2 == 0;
        _cache = new LocalCache<int, int>(new LocalCacheOptions { Capacity = _isPinned ? 2 * Keys : Keys / 3 });
        for (var key = 0; key < Pinned; key++)
        {
            _cache.Set(key, 0);
        }
    }

    public async Task<RaceCount> RunAsync(int steps, CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread => Task.Run(() => Play(thread, steps / Threads, cancellationToken), cancellationToken))
        );
        return new RaceCount(1, steps, _wrong, _first);
    }

    private async Task Play(int thread, int steps, CancellationToken cancellationToken)
    {
        var random = new Random((_seed * Threads) + thread);
        for (var step = 0; step < steps; step++)
        {
            if (random.Next(3) == 0)
            {
                var own = random.Next(Keys / Threads) * Threads;
                Write(own + thread, random.Next(16));
            }
            else
            {
                await ReadAsync(random.Next(random.Next(2) == 0 ? Pinned : Keys), random.Next(4));
            }

            if (step % 1_024 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private void Write(int key, int how)
    {
        var version = _written[key] + 1;
        Volatile.Write(ref _written[key], version);
        switch (how)
        {
            case 0 when !_isPinned:
                _cache.Clear();
                break;
            case < 8 when !_isPinned || key >= Pinned:
                _cache.Remove(key);
                break;
            case < 10 when _cache.TryReplace(key, version, version - 1):
                break;
            default:
                _cache.Set(key, version);
                break;
        }

        Volatile.Write(ref _settled[key], version);
    }

    private async ValueTask ReadAsync(int key, int how)
    {
        var least = Volatile.Read(ref _settled[key]);
        var found = how switch
        {
            0 => await _cache.GetOrAddAsync(key, (_written, key), LoadAsync),
            1 => _cache.GetOrAdd(key, _written, static (key, written) => Volatile.Read(ref written[key])),
            _ => _cache.TryGet(key, out var value) ? value : -1,
        };
        if (found < 0 ? _isPinned && key < Pinned : found < least || found > Volatile.Read(ref _written[key]))
        {
            Interlocked.Increment(ref _wrong);
            Interlocked.CompareExchange(
                ref _first,
                $"threads, seed {_seed}: key {key} gave {found}, below {least}",
                null
            );
        }
    }

    /// <summary>Reads now, answers later.</summary>
    private static async ValueTask<int> LoadAsync(int key, (int[] Written, int Key) state, CancellationToken token)
    {
        var read = Volatile.Read(ref state.Written[state.Key]);
        await Task.Yield();
        return read;
    }
}
