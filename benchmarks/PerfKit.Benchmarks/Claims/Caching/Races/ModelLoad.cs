namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>A factory call: what it will give, who waits for it, and whether it may still publish.</summary>
internal sealed class ModelLoad(int key, int version)
{
    /// <summary>Opened by a later step; the factory's continuation, and with it the publishing, runs inline.</summary>
    private readonly TaskCompletionSource<int> _gate = new();

    public int Key { get; } = key;

    /// <summary>Unique to this call: a value tells which factory made it.</summary>
    public int Version { get; } = version;

    public bool IsSync { get; init; }

    public bool HasFailed { get; set; }

    /// <summary>The only asynchronous caller, when it can leave.</summary>
    public CancellationTokenSource? Leaving { get; init; }

    /// <summary>The first caller's task.</summary>
    public Task<int>? Caller { get; set; }

    public int Waiters { get; set; }

    public CancellationToken Token { get; private set; }

    public ValueTask<int> RunAsync(CancellationToken token)
    {
        Token = token;
        return new ValueTask<int>(_gate.Task);
    }

    public void Open()
    {
        if (HasFailed)
        {
            _gate.SetException(new RaceException());
        }
        else
        {
            _gate.SetResult(Version);
        }
    }
}
