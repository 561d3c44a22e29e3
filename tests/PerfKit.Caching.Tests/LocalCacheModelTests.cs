using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Random histories against a dictionary that remembers everything.</summary>
public sealed class LocalCacheModelTests
{
    private const int Keys = 12;
    private const int TimeToLiveSeconds = 20;

    private static readonly Gen<(int Kind, int Key, int Weight)[]> Histories = Gen.Select(
        Gen.Int[0, 12],
        Gen.Int[0, Keys - 1],
        Gen.Int[0, 12]
    ).Array[1, 120];

    [Fact]
    public void A_read_never_finds_a_value_that_is_old_expired_or_removed_and_the_bound_always_holds()
    {
        Gen.Select(Gen.Bool, Gen.Int[1, 30], Histories)
            .Sample((sized, capacity, history) => new Run(capacity, sized).Play(history), iter: 3_000);
    }

    [Fact]
    public void A_cache_that_never_evicts_is_exactly_a_dictionary_with_expiry()
    {
        Gen.Select(Gen.Bool, Histories)
            .Sample((sized, history) => new Run(1_000_000, sized).Play(history, isExact: true), iter: 2_000);
    }

    private sealed class Run
    {
        private readonly FakeTimeProvider _clock = new();
        private readonly LocalCache<int, (int Version, int Weight)> _cache;
        private readonly Dictionary<int, Known> _model = [];
        private int _version;

        public Run(int capacity, bool sized) =>
            _cache = new LocalCache<int, (int Version, int Weight)>(
                new LocalCacheOptions
                {
                    Capacity = capacity,
                    SizeAware = sized,
                    TimeToLive = TimeSpan.FromSeconds(TimeToLiveSeconds),
                },
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
                    Remember(key, weight);
                    break;
                case 6:
                    SetForItsOwnTime(key, weight);
                    break;
                case 7:
                    SetSliding(key, weight);
                    break;
                case 8:
                    Replace(key, weight);
                    break;
                default:
                    var made = ++_version;
                    var value = Load(key, made, weight);
                    if (value == made)
                    {
                        Remember(key, weight);
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

        private void SetForItsOwnTime(int key, int weight)
        {
            var lifetime = weight == 12 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(weight); // Zero is not kept.
            _cache.Set(key, (++_version, weight), new CacheLifetime(lifetime));
            var expires = weight == 12 ? DateTimeOffset.MaxValue : _clock.GetUtcNow() + lifetime;
            _model[key] = new Known(_version, weight, expires, expires, TimeSpan.Zero);
        }

        private void SetSliding(int key, int weight)
        {
            var sliding = TimeSpan.FromSeconds(1 + weight);
            _cache.Set(key, (++_version, weight), new CacheLifetime(SlidingExpiration: sliding));
            var now = _clock.GetUtcNow();
            _model[key] = new Known(_version, weight, now + sliding, now.AddSeconds(TimeToLiveSeconds), sliding);
        }

        private void Replace(int key, int weight)
        {
            var isKnown = _model.TryGetValue(key, out var known) && known!.Expires > _clock.GetUtcNow();
            var expected = isKnown ? (known!.Version, known.Weight) : (0, 0);
            Require(!_cache.TryReplace(key, (_version + 1, weight), (-1, 0)), "TryReplace against its condition");
            if (_cache.TryReplace(key, (_version + 1, weight), expected))
            {
                Require(isKnown, "TryReplace of what the model has not");
                _version++;
                Remember(key, weight);
            }
        }

        private void Remember(int key, int weight)
        {
            var expires = _clock.GetUtcNow().AddSeconds(TimeToLiveSeconds);
            _model[key] = new Known(_version, weight, expires, expires, TimeSpan.Zero);
        }

        private void Check(int key, bool isExact)
        {
            var isKnown = _model.TryGetValue(key, out var known) && known!.Expires > _clock.GetUtcNow();
            var isFound = _cache.TryGet(key, out var value);
            Require(!isFound || (isKnown && value.Version == known!.Version), $"key {key} shows a value it must not");
            if (isFound && known!.Sliding > TimeSpan.Zero)
            {
                var slid = _clock.GetUtcNow() + known.Sliding;
                _model[key] = known with { Expires = slid < known.Last ? slid : known.Last };
            }

            Require(!isExact || isFound == isKnown, $"key {key} is not where the model has it");
        }

        private sealed record Known(
            int Version,
            int Weight,
            DateTimeOffset Expires,
            DateTimeOffset Last,
            TimeSpan Sliding
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
