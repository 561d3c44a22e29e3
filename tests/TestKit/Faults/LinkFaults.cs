namespace PerfKit.TestKit.Faults;

/// <summary>What befalls bytes on their way in one direction. Set at any time; what is on its way keeps its delay.</summary>
public sealed class LinkFaults
{
    private long _left = long.MaxValue;
    private volatile TaskCompletionSource? _held;

    /// <summary>How long each piece travels. Pieces follow one another: latency does not bound what gets through.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>The most that a piece travels longer than that, drawn from the proxy's seed. Order is kept.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>What gets through at most; 0 is no bound.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>The most bytes that arrive together, 1 to so many, drawn from the proxy's seed; 0 leaves pieces as they come.</summary>
    public int MostTogether { get; set; }

    /// <summary>Whether bytes wait on their way, as on a link that is dead and has not said so. Afterwards they arrive.</summary>
    public bool IsHeld
    {
        get => _held is not null;
        set
        {
            if (value)
            {
                _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return;
            }

            Interlocked.Exchange(ref _held, null)?.SetResult();
        }
    }

    /// <summary>Resets the connection that carries the last of so many bytes from now on, right behind them.</summary>
    /// <param name="bytes">At least 0: with 0, whoever sends next.</param>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _left, bytes);

    internal Task UntilFreeAsync(CancellationToken cancellationToken) =>
        _held is { } held ? held.Task.WaitAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>How many of so many bytes may pass, and whether the connection is cut then. A cut happens once.</summary>
    internal (int Pass, bool IsCut) Take(int bytes)
    {
        while (true)
        {
            var left = Interlocked.Read(ref _left);
            if (left == long.MaxValue)
            {
                return (bytes, false);
            }

            var isCut = bytes >= left;
            var next = isCut ? long.MaxValue : left - bytes;
            if (Interlocked.CompareExchange(ref _left, next, left) == left)
            {
                return isCut ? ((int)left, true) : (bytes, false);
            }
        }
    }
}
