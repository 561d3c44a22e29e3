using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Random histories against a dictionary that remembers everything.</summary>
public sealed class LocalCacheModelTests
{
    private const int Keys = 12;
    private const int TimeToLiveSeconds = 20;

    private static readonly Gen<(int Kind, int Key, int Weight)[]> Histories = Gen.Select(
        Gen.Int[0, 9],
        Gen.Int[0, Keys - 1],
        Gen.Int[0, 12]
    ).Array[1, 120];

    [Fact]
    public void A_read_never_finds_a_value_that_is_old_expired_or_removed_and_the_bound_always_holds()
    {
        Gen.Select(Gen.Int[1, 30], Histories)
            .Sample((capacity, history) => new Run(capacity).Play(history), iter: 3_000);
    }

    [Fact]
    public void A_cache_that_never_evicts_is_exactly_a_dictionary_with_expiry()
    {
        Histories.Sample(history => new Run(1_000_000).Play(history, isExact: true), iter: 2_000);
    }

    private sealed class Run
    {
        private readonly FakeTimeProvider _clock = new();
        private readonly LocalCache<int, (int Version, int Weight)> _cache;
        private readonly Dictionary<int, (int Version, DateTimeOffset Expires)> _model = [];
        private int _version;

        public Run(int capacity) =>
            _cache = new LocalCache<int, (int Version, int Weight)>(
                new LocalCacheOptions { Capacity = capacity, TimeToLive = TimeSpan.FromSeconds(TimeToLiveSeconds) },
                static (_, value) => value.Weight,
                _clock
            );

        public void Play((int Kind, int Key, int Weight)[] history, bool isExact = false)
        {
            foreach (var (kind, key, weight) in history)
            {
                Step(kind, key, weight);
                var statistics = _cache.GetStatistics();
                Require(
                    statistics.Weight <= statistics.Capacity && statistics.Entries <= statistics.Weight,
                    "the bound"
                );
                for (var read = 0; read < Keys; read++)
                {
                    Check(read, isExact);
                }
            }
        }

        private void Step(int kind, int key, int weight)
        {
            switch (kind)
            {
                case 0:
                    _clock.Advance(TimeSpan.FromSeconds(weight));
                    break;
                case 1:
                    Require(_cache.Remove(key) ? _model.ContainsKey(key) : true, "Remove found what the model has not");
                    _model.Remove(key);
                    break;
                case 2 when weight == 0:
                    _cache.Clear();
                    _model.Clear();
                    break;
                case < 6:
                    _cache.Set(key, (++_version, weight));
                    Remember(key);
                    break;
                default:
                    var made = ++_version;
                    var value = Load(key, made, weight);
                    if (value == made)
                    {
                        Remember(key);
                    }

                    Require(
                        value == made || value == _model[key].Version,
                        "GetOrAdd gave neither the new nor the last"
                    );
                    break;
            }
        }

        private int Load(int key, int version, int weight)
        {
            var task = _cache.GetOrAddAsync(key, (version, weight), static (_, value, _) => new(value)).AsTask();
            Require(task.IsCompletedSuccessfully, "a factory that completes at once completes the call");
            return task.Result.Version;
        }

        private void Remember(int key) => _model[key] = (_version, _clock.GetUtcNow().AddSeconds(TimeToLiveSeconds));

        private void Check(int key, bool isExact)
        {
            var isKnown = _model.TryGetValue(key, out var known) && known.Expires > _clock.GetUtcNow();
            var isFound = _cache.TryGet(key, out var value);
            Require(!isFound || (isKnown && value.Version == known.Version), $"key {key} shows a value it must not");
            Require(!isExact || isFound == isKnown, $"key {key} is not where the model has it");
        }

        private static void Require(bool condition, string what)
        {
            if (!condition)
            {
                throw new InvalidOperationException(what);
            }
        }
    }
}
