using System.Data.Common;

namespace PerfKit.Query;

/// <summary>
/// No connection was free, and no place in the queue, or the wait was too long. Nothing was sent. It is not transient: trying again at
/// once would make it worse.
/// </summary>
public sealed class PoolFullException(string message, TimeSpan retryAfter) : DbException(message)
{
    /// <summary>When those who wait now will have been served, by the recent pace; at least a second.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
