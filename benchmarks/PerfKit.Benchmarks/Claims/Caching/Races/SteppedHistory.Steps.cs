using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

// The operations, each on the cache and on the model.
internal sealed partial class SteppedHistory
{
    /// <summary>An asynchronous caller: it hits, joins the key's load, or starts one that a later step completes.</summary>
    private void AskAsync(int key)
    {
        var joined = _model.Load(key);
        var started = new ModelLoad(key, ++_version)
        {
            Leaving = _random.Next(3) == 0 ? new CancellationTokenSource() : null,
        };
        var hasStarted = false;
        var held = _model.Held(key);
        var token = joined is null && started.Leaving is { } leaving ? leaving.Token : CancellationToken.None;
        var asked = _cache.GetOrAddAsync(
            key,
            started,
            (_, load, abandoned) =>
            {
                hasStarted = true;
                _model.Begin(load);
                _open.Add(load);
                return load.RunAsync(abandoned);
            },
            token
        );
        if (hasStarted)
        {
            Require(joined is null && (held == 0 || !_isExact), $"key {key} called a second factory");
            started.Waiters = 1;
            started.Caller = asked.AsTask();
            _callers.Add((started.Caller, started));
        }
        else if (asked.IsCompleted)
        {
            Require(asked.IsCompletedSuccessfully && asked.Result == held && held != 0, $"key {key} hit a wrong value");
            _model.Read(key);
        }
        else
        {
            Require(joined is not null, $"key {key} waits for a factory that may not publish");
            Join(joined, asked.AsTask());
        }
    }

    private void Join(ModelLoad? joined, Task<int> caller)
    {
        if (joined is not null)
        {
            joined.Waiters++;
            _callers.Add((caller, joined));
        }
    }

    /// <summary>Some factory answers, with its value or a failure.</summary>
    private void Complete()
    {
        if (_open.Count == 0)
        {
            return;
        }

        var at = _random.Next(_open.Count);
        var load = _open[at];
        _open.RemoveAt(at);
        load.HasFailed = _random.Next(5) == 0;
        load.Open();
        _model.End(load);
    }

    /// <summary>A synchronous caller, with a few steps of others within its factory.</summary>
    private void AskAndWait(int key)
    {
        var joined = _model.Load(key);
        if (joined is { IsSync: false })
        {
            return; // It would block until a later step; the history on threads has that.
        }

        var load = new ModelLoad(key, ++_version) { IsSync = true, HasFailed = _random.Next(5) == 0 };
        var held = _model.Held(key);
        var hasStarted = false;
        try
        {
            var value = _cache.GetOrAdd(
                key,
                load,
                (_, own) =>
                {
                    hasStarted = true;
                    Require(joined is null, $"key {key} called a factory within its own");
                    _model.Begin(own);
                    Nest();
                    return own.HasFailed ? throw new RaceException() : own.Version;
                }
            );
            Require(value == (hasStarted ? load.Version : held), $"key {key} gave its synchronous caller {value}");
        }
        catch (RaceException)
        {
            Require(hasStarted && load.HasFailed, $"key {key} failed a caller with another's failure");
        }
        catch (InvalidOperationException)
        {
            Require(joined is not null && !hasStarted, $"key {key} refused a caller that was no factory of it");
        }

        EndSync(key, load, hasStarted);
    }

    private void EndSync(int key, ModelLoad load, bool hasStarted)
    {
        if (hasStarted)
        {
            _model.End(load);
        }
        else if (_model.Held(key) != 0)
        {
            _model.Read(key);
        }
    }

    private void Nest()
    {
        if (_depth < MostNested)
        {
            _depth++;
            for (var left = _random.Next(4); left > 0; left--)
            {
                Step();
            }

            _depth--;
        }
    }

    private void Set(int key)
    {
        var version = ++_version;
        var milliseconds = CacheModel.DefaultMilliseconds;
        var sliding = 0;
        switch (_random.Next(4))
        {
            case 0:
                milliseconds = _random.Next(0, 2_000); // 0 is not kept at all.
                _cache.Set(key, version, new CacheLifetime(TimeSpan.FromMilliseconds(milliseconds)));
                break;
            case 1:
                sliding = _random.Next(1, 500);
                _cache.Set(key, version, new CacheLifetime(SlidingExpiration: TimeSpan.FromMilliseconds(sliding)));
                break;
            default:
                _cache.Set(key, version);
                break;
        }

        _model.Set(key, version, milliseconds, sliding);
    }

    private void Replace(int key)
    {
        var held = _model.Held(key);
        var expected = _random.Next(3) == 0 ? held - 1 : held;
        var version = ++_version;
        var hasReplaced = _cache.TryReplace(key, version, expected);
        Require(!hasReplaced || (expected == held && held != 0), $"key {key} was replaced against its condition");
        Require(hasReplaced || !_isExact || expected != held || held == 0, $"key {key} was not replaced");
        if (hasReplaced)
        {
            _model.Set(key, version, CacheModel.DefaultMilliseconds, 0);
        }
    }

    private void Remove(int key)
    {
        var held = _model.Held(key);
        var hasRemoved = _cache.Remove(key);
        Require(!hasRemoved || held != 0, $"key {key} was removed where nothing was held");
        Require(hasRemoved || !_isExact || held == 0, $"key {key} was not removed");
        _model.Remove(key);
    }

    /// <summary>The caller that started some load gives up; the last to leave takes the factory's right to publish.</summary>
    private void Leave()
    {
        var load = _open.Find(static load => load.Leaving is { IsCancellationRequested: false });
        if (load is null)
        {
            return;
        }

        load.Leaving!.Cancel();
        SpinWait.SpinUntil(() => load.Caller!.IsCompleted, TimeSpan.FromSeconds(30));
        Require(load.Caller!.IsCanceled, $"key {load.Key} kept a caller that left");
        load.Waiters--;
        Require(load.Token.IsCancellationRequested == (load.Waiters == 0), $"key {load.Key} told its factory wrongly");
        if (load.Waiters == 0)
        {
            _model.Abandon(load);
        }
    }
}
