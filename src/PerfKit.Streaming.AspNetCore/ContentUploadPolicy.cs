namespace PerfKit.Streaming;

/// <summary>What a request body may be.</summary>
public sealed record ContentUploadPolicy
{
    /// <summary>Most bytes to take, of the body as sent and as decoded. A longer announced length is refused before the first byte.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>
    /// Least bytes a second while the server waits for the client; slower bodies end with status 408. Default 240; 0 for no limit.
    /// It takes the place of the server's own limit.
    /// </summary>
    public int MinBytesPerSecond { get; init; } = 240;

    /// <summary>Time over which the rate is taken, and so the longest pause. Default 5 seconds, at least 1.</summary>
    public TimeSpan RatePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether bodies coded as gzip or br are decoded on the way. Default false: a coded body is refused with 415, as a store
    /// that keeps the code under the name of the content lies to every reader.
    /// </summary>
    public bool DecodesBodies { get; init; }

    /// <summary>
    /// Most decoded bytes for each coded one, from the first MB on; a body that swells more is a bomb and ends with 413.
    /// Default 200, at least 1. Text and zeros shrink further than that only where somebody means them to.
    /// </summary>
    public int MaxExpansion { get; init; } = 200;

    /// <summary>Most parts of a form. Default 1,000, at least 1.</summary>
    public int MaxParts { get; init; } = 1000;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MinBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(RatePeriod, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxExpansion, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxParts, 1);
    }
}
