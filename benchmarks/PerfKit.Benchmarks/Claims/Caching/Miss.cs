using System.Collections.Concurrent;
using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>A miss and the insert that follows, in a full cache, against a dictionary that evicts in order of insertion.</summary>
public sealed class Miss : Claim
{
    private const int Stream = 1 << 20; // Long enough that a key is forgotten before it is asked for again.

    private readonly string[] _keys = TableKeys.Make(Stream);
    private int _nextOfCache;
    private int _nextOfPeer;

    public override string Area => "caching-local";
    public override string Id => "miss";
    public override Bar Bar => Bar.AtMost(2.3, "x", "<= 2.3x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var cache = TableKeys.CacheOf(TableKeys.Resident);
        var peer = new Fifo(TableKeys.Resident);
        var (hits, asked) = (0L, 0L);
        var result = await new PairedRounds().RunAsync(
            operations =>
            {
                asked += operations;
                for (var i = 0; i < operations; i++)
                {
                    var key = _keys[_nextOfCache++ & (Stream - 1)];
                    if (cache.TryGet(key, out _))
                    {
                        hits++;
                    }
                    else
                    {
                        cache.Set(key, TableKeys.Value);
                    }
                }
            },
            operations =>
            {
                for (var i = 0; i < operations; i++)
                {
                    var key = _keys[_nextOfPeer++ & (Stream - 1)];
                    if (!peer.TryGet(key, out _))
                    {
                        peer.Add(key, TableKeys.Value);
                    }
                }
            },
            cancellationToken
        );
        var share = string.Create(CultureInfo.InvariantCulture, $"{100.0 * hits / asked:0.##} % hits");
        return new Measured(result.WallRatio, "x", $"{result.Note}, {result.SubjectBytes:0} B, {share}");
    }

    /// <summary>The keys stand in a ring; a newcomer takes the place of the oldest.</summary>
    private sealed class Fifo(int capacity)
    {
        private readonly ConcurrentDictionary<string, string> _values = new();
        private readonly string?[] _ring = new string?[capacity];
        private uint _next;

        public bool TryGet(string key, out string? value) => _values.TryGetValue(key, out value);

        public void Add(string key, string value)
        {
            if (!_values.TryAdd(key, value))
            {
                return;
            }

            var place = (Interlocked.Increment(ref _next) - 1) % (uint)_ring.Length;
            if (Interlocked.Exchange(ref _ring[place], key) is { } oldest)
            {
                _values.TryRemove(oldest, out _);
            }
        }
    }
}
