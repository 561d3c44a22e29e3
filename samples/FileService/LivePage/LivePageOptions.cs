namespace FileService.LivePage;

/// <summary>How the live page behaves.</summary>
internal sealed class LivePageOptions
{
    /// <summary>The file that <c>compare</c> leaves for the page; by default <c>compare.json</c> in the data folder.</summary>
    public string CompareFile { get; set; } = "";

    /// <summary>Pages that may listen at once, 1 to 1024; the next is asked to come back. Default 64.</summary>
    public int MaxListeners { get; set; } = 64;

    /// <summary>Time between two updates, 100 ms to 1 minute. Default 1 second.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The sentence that says what is out of range; null when all is well.</summary>
    public string? Fault() =>
        MaxListeners is < 1 or > 1024 ? $"LivePage:MaxListeners is {MaxListeners}; it must be 1 to 1024."
        : Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromMinutes(1)
            ? $"LivePage:Interval is {Interval}; it must be 00:00:00.1 to 00:01:00."
        : null;
}
