using CsCheck;

namespace PerfKit.Caching.Tests.Contents;

/// <summary>Random histories against a dictionary of what may be there, and an account of what must be held.</summary>
public sealed class ContentCacheModelTests
{
    private const int Keys = 10;

    private static readonly Gen<(int Kind, int Key, int Length)[]> Histories = Gen.Select(
        Gen.Int[0, 9],
        Gen.Int[0, Keys - 1],
        Gen.OneOf(Gen.Int[0, 3000], Gen.Int[0, 200_000])
    ).Array[1, 80];

    [Fact]
    public void Any_history_shows_right_bytes_alone_and_gives_every_block_back()
    {
        Histories.Sample(
            static history =>
            {
                using var run = new Run();
                run.Play(history);
            },
            iter: 300
        );
    }

    private sealed class Run : IDisposable
    {
        private readonly MemoryBudget _budget = new(
            new MemoryBudgetOptions
            {
                LimitBytes = 1 << 20,
                MaxFreeBytes = 128 * 1024,
                HighLoadFraction = 1,
            }
        );
        private readonly ContentCache _cache;
        private readonly Dictionary<int, int> _lengths = [];
        private readonly List<(ContentLease Lease, int Key, int Length)> _leases = [];

        public Run() => _cache = new ContentCache(new ContentCacheOptions { CapacityBytes = 700_000 }, _budget);

        public void Dispose() => _cache.Dispose();

        public void Play((int Kind, int Key, int Length)[] history)
        {
            foreach (var (kind, key, length) in history)
            {
                Step(kind, key, length);
                var now = _cache.GetStatistics();
                Require(now.KeptBytes <= 700_000 && _budget.UsedBytes <= _budget.LimitBytes, "the bounds");
                Require(now.Leases == _leases.Count, "the leases");
                _leases.ForEach(static l => Check(l.Lease, l.Key, l.Length));
            }

            _cache.Clear();
            _leases.ForEach(static l => l.Lease.Dispose());
            Require(_cache.GetStatistics() is { HeldBytes: 0, Leases: 0 }, "everything is back");
        }

        private void Step(int kind, int key, int length)
        {
            switch (kind)
            {
                case 0:
                    _cache.Remove(TestContent.Key(key));
                    _lengths.Remove(key);
                    break;
                case 1 when length % 4 == 0:
                    _cache.Clear();
                    _lengths.Clear();
                    break;
                case 2 when _leases.Count > 0:
                    _leases[length % _leases.Count].Lease.Dispose();
                    _leases.RemoveAt(length % _leases.Count);
                    break;
                case < 6:
                    if (_cache.TryPut(TestContent.Key(key), TestContent.Bytes(key, length)))
                    {
                        _lengths[key] = length;
                    }

                    break;
                default:
                    if (_cache.TryGet(TestContent.Key(key), out var lease))
                    {
                        Require(_lengths.TryGetValue(key, out var known), "a content that was removed");
                        Check(lease, key, known);
                        _leases.Add((lease, key, known));
                    }

                    break;
            }
        }

        private static void Check(ContentLease lease, int key, int length) =>
            Require(
                lease.Length == length && TestContent.FirstForeign(lease.Content, key) < 0,
                "bytes that are not the key's"
            );

        private static void Require(bool condition, string what)
        {
            if (!condition)
            {
                throw new InvalidOperationException(what);
            }
        }
    }
}
