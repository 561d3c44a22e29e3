namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>One wait under <see cref="Deadlines"/>, a link of its list.</summary>
internal abstract class DeadlineNode
{
    public DeadlineNode? Previous { get; set; }

    public DeadlineNode? Next { get; set; }

    public long Due { get; set; }

    public bool IsListed { get; set; }

    /// <summary>The time is up: true if that ends the wait. Called under the list's lock, so a node used again is not meant.</summary>
    public abstract bool TryExpire();

    /// <summary>Tells the caller, outside the lock.</summary>
    public abstract void Expire();
}
