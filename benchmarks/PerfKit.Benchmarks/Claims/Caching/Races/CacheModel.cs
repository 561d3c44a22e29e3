namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>What a cache of unlimited room must hold, step by step: the last published value of each key and its load.</summary>
internal sealed class CacheModel(SteppedClock clock, int keys)
{
    public const int DefaultMilliseconds = 1_000;

    private readonly (int Version, long Expires, long Sliding, long Last)[] _held = new (int, long, long, long)[keys];

    private readonly ModelLoad?[] _loads = new ModelLoad?[keys];

    /// <summary>The load that a caller of this key joins, and that may publish.</summary>
    public ModelLoad? Load(int key) => _loads[key];

    /// <summary>The version a read must give, 0 for none.</summary>
    public int Held(int key) => _held[key].Expires > clock.Milliseconds ? _held[key].Version : 0;

    /// <summary>Moves the expiry of a sliding value that was found.</summary>
    public void Read(int key)
    {
        ref var held = ref _held[key];
        if (held.Sliding > 0)
        {
            held.Expires = Math.Max(held.Expires, Math.Min(held.Last, clock.Milliseconds + held.Sliding));
        }
    }

    public void Begin(ModelLoad load) => _loads[load.Key] = load;

    /// <summary>The load ended with a value; it publishes only if nothing was set, removed or cleared since it began.</summary>
    public void End(ModelLoad load)
    {
        if (_loads[load.Key] == load)
        {
            _loads[load.Key] = null;
            if (!load.HasFailed)
            {
                Put(load.Key, load.Version, DefaultMilliseconds, 0);
            }
        }
    }

    /// <summary>Everybody left: it publishes no more and nobody joins it.</summary>
    public void Abandon(ModelLoad load)
    {
        if (_loads[load.Key] == load)
        {
            _loads[load.Key] = null;
        }
    }

    public void Set(int key, int version, int milliseconds, int sliding)
    {
        _loads[key] = null;
        Put(key, version, milliseconds, sliding);
    }

    public void Remove(int key)
    {
        _loads[key] = null;
        _held[key] = default;
    }

    public void Clear()
    {
        Array.Clear(_loads);
        Array.Clear(_held);
    }

    private void Put(int key, int version, int milliseconds, int sliding)
    {
        var last = clock.Milliseconds + milliseconds;
        var expires = sliding > 0 ? Math.Min(last, clock.Milliseconds + sliding) : last;
        _held[key] = (version, milliseconds == 0 ? 0 : expires, sliding, last);
    }
}
