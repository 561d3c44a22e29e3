using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>Leases on real threads, some passed on to another one, each given back by both; puts and removals beside them.</summary>
internal sealed class ThreadedLeases : IRacePart
{
    private const int Threads = 3;
    private const int Steps = 6_000;
    private const int Shared = 4;

    public string Name => "threaded leases";

    public async Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken)
    {
        using var leases = new LeaseCache();
        var sum = RaceCount.None;
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sum += await PlayAsync(leases, seed + i);
        }

        return sum;
    }

    private static async Task<RaceCount> PlayAsync(LeaseCache leases, int seed)
    {
        var shared = new SharedLeases(Shared);
        var wrongs = await Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread => Task.Run(() => Play(leases, shared, new Random((seed * Threads) + thread))))
        );
        shared.ReturnAll();
        var leak = leases.Leak();
        var wrong = wrongs.Sum() + (leak is null ? 0 : 1);
        var first = wrong == 0 ? null : $"threaded leases, seed {seed}: {leak ?? "a lease gave other bytes"}";
        return new RaceCount(1, Steps, wrong, first);
    }

    private static long Play(LeaseCache leases, SharedLeases shared, Random random)
    {
        var wrong = 0L;
        for (var step = 0; step < Steps / Threads; step++)
        {
            var key = random.Next(LeaseCache.Keys);
            switch (random.Next(10))
            {
                case 0:
                    leases.Cache.Remove(LeaseCache.Key(key));
                    break;
                case < 4:
                    leases.Cache.TryPut(LeaseCache.Key(key), LeaseCache.Bytes(key));
                    break;
                case < 7:
                    wrong += shared.ReturnCopy(random.Next(Shared)) ? 0 : 1;
                    break;
                default:
                    if (leases.Cache.TryGet(LeaseCache.Key(key), out var lease))
                    {
                        wrong += shared.Exchange(random.Next(Shared), key, lease) ? 0 : 1;
                    }

                    break;
            }
        }

        return wrong;
    }

    /// <summary>Leases that threads hand to one another, and copies of those that are just being given back.</summary>
    private sealed class SharedLeases(int places)
    {
        private readonly Lock _gate = new();
        private readonly (int Key, ContentLease Lease)?[] _held = new (int, ContentLease)?[places];
        private readonly (int Key, ContentLease Lease)?[] _returning = new (int, ContentLease)?[places];

        /// <summary>Puts a lease in a place; reads and returns the one that was there, while others may return it too.</summary>
        public bool Exchange(int place, int key, ContentLease lease)
        {
            (int Key, ContentLease Lease) before;
            lock (_gate)
            {
                var was = _held[place];
                _held[place] = (key, lease);
                if (was is null)
                {
                    return true;
                }

                before = was.Value;
            }

            var isRight = LeaseCache.Is(before.Key, before.Lease.Content);
            lock (_gate)
            {
                _returning[place] = before;
            }

            before.Lease.Dispose();
            return isRight;
        }

        /// <summary>A copy of a lease that somebody returns meanwhile is good or throws, and may be returned as well.</summary>
        public bool ReturnCopy(int place)
        {
            (int Key, ContentLease Lease)? copy;
            lock (_gate)
            {
                copy = _returning[place];
            }

            if (copy is not var (key, lease))
            {
                return true;
            }

            try
            {
                return lease.Length == LeaseCache.Bytes(key).Length;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
            finally
            {
                lease.Dispose();
            }
        }

        public void ReturnAll() => Array.ForEach(_held, static held => held?.Lease.Dispose());
    }
}
