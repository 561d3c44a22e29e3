namespace PerfKit.Query;

/// <summary>
/// Lets one runner at a time change a database's schema, over all processes and machines. The lock ends with its
/// holder: a killed process never leaves it behind.
/// </summary>
public interface IMigrationLock
{
    /// <summary>
    /// Waits for the lock by asking again and again, from every 20 ms to every 500 ms. It never waits inside the server,
    /// where a waiting statement would block CREATE INDEX CONCURRENTLY and be killed as a deadlock.
    /// </summary>
    /// <param name="timeout">How long to wait, zero (one try) to one day.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; dispose it to give it back.</returns>
    /// <exception cref="TimeoutException">Somebody else kept it; the message says who, where that is known.</exception>
    ValueTask<IAsyncDisposable> AcquireAsync(TimeSpan timeout, CancellationToken cancellationToken);
}
