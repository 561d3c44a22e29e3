namespace PerfKit.Caching.Internal;

/// <summary>What is said of a value beside its bytes. Times are of the tier's clock.</summary>
internal readonly record struct EnvelopeHeader
{
    /// <summary>The value is null: there is no payload, whatever the type.</summary>
    public bool IsNull { get; init; }

    /// <summary>The value is known not to exist: there is no payload.</summary>
    public bool IsNegative { get; init; }

    public long WrittenAtMilliseconds { get; init; }

    /// <summary>Until when it is served without a question.</summary>
    public long FreshUntilMilliseconds { get; init; }

    /// <summary>Until when it may be served at all, stale.</summary>
    public long KeptUntilMilliseconds { get; init; }

    /// <summary>How far each read prolongs it; 0 is not at all.</summary>
    public long SlidingMilliseconds { get; init; }

    /// <summary>What the source called this state of the value, to ask it later whether it changed.</summary>
    public string? ETag { get; init; }

    /// <summary>When the source says the value last changed; the source's time, as the factory gave it.</summary>
    public long? LastModifiedMilliseconds { get; init; }
}
