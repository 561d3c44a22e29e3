using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>
/// One seeded interleaving, step by step on one thread: an asynchronous load starts and completes in different steps, a
/// synchronous one has other steps within its factory. After every step all keys are compared with the model.
/// </summary>
internal sealed partial class SteppedHistory
{
    private const int Keys = 4;
    private const int Steps = 24;
    private const int MostNested = 3;

    private readonly SteppedClock _clock = new();
    private readonly CacheModel _model;
    private readonly LocalCache<int, int> _cache;
    private readonly List<ModelLoad> _open = []; // Asynchronous loads whose factory has not answered.
    private readonly List<(Task<int> Caller, ModelLoad Load)> _callers = [];
    private readonly Random _random;
    private readonly int _seed;
    private readonly bool _isExact;
    private int _version;
    private int _depth;

    public SteppedHistory(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _model = new CacheModel(_clock, Keys);
        _isExact = _random.Next(2) == 0;
        var options = new LocalCacheOptions
        {
            Capacity = _isExact ? 1_000 : _random.Next(1, Keys), // Room for all, or constant eviction.
            TimeToLive = TimeSpan.FromMilliseconds(CacheModel.DefaultMilliseconds),
            SizeAware = _random.Next(4) == 0,
        };
        _cache = new LocalCache<int, int>(options, timeProvider: _clock);
    }

    public int Played { get; private set; }

    public int Wrong { get; private set; }

    public string? First { get; private set; }

    /// <summary>Plays all steps; what callers of factories got is judged by <see cref="EndAsync"/>.</summary>
    public void Play()
    {
        for (var step = 0; step < Steps; step++)
        {
            Step();
        }

        while (_open.Count > 0)
        {
            Complete();
        }
    }

    /// <summary>Every caller must have been answered, each with the outcome of the factory call it joined.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        foreach (var (caller, load) in _callers)
        {
            await ((Task)caller)
                .WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken)
                .ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
                );
            Require(IsAnswered(caller, load), $"a caller of key {load.Key} was not answered by its factory call");
        }
    }

    private static bool IsAnswered(Task<int> caller, ModelLoad load) =>
        caller.IsCanceled ? load.Leaving is { IsCancellationRequested: true } && load.Caller == caller
        : load.HasFailed ? caller.Exception?.InnerException is RaceException
        : caller.IsCompletedSuccessfully && caller.Result == load.Version;

    private void Step()
    {
        Played++;
        var key = _random.Next(Keys);
        switch (_random.Next(16))
        {
            case < 4:
                AskAsync(key);
                break;
            case < 7:
                Complete();
                break;
            case < 9:
                AskAndWait(key);
                break;
            case < 11:
                Set(key);
                break;
            case 11:
                Replace(key);
                break;
            case 12:
                Remove(key);
                break;
            case 13 when _random.Next(3) == 0:
                _cache.Clear();
                _model.Clear();
                break;
            case 14:
                Leave();
                break;
            default:
                _clock.Advance(_random.Next(CacheModel.DefaultMilliseconds / 2));
                break;
        }

        for (var read = 0; read < Keys; read++)
        {
            Check(read);
        }
    }

    private void Check(int key)
    {
        var expected = _model.Held(key);
        if (_cache.TryGet(key, out var found))
        {
            Require(found == expected, $"key {key} gave {found} where {expected} was published last");
            _model.Read(key);
        }
        else
        {
            Require(!_isExact || expected == 0, $"key {key} gave nothing where {expected} was published last");
        }
    }

    private void Require(bool holds, string what)
    {
        if (!holds)
        {
            Wrong++;
            First ??= $"seed {_seed}, step {Played}: {what}";
        }
    }
}
