using System.Data;
using System.Data.Common;
using System.Threading.RateLimiting;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// A data source that opens at most so many connections of another at once. Who comes when all are out waits in a bounded queue, first
/// come first served; who finds it full is refused at once, instead of after the driver's timeout.
/// </summary>
/// <remarks>
/// It hands out the driver's own connections, and notices by their state when they are given back. What
/// <see cref="DbDataSource.CreateConnection"/> and <see cref="DbDataSource.CreateCommand"/> make is not counted. Costs a
/// microsecond a connection.
/// </remarks>
public sealed class BoundedDataSource : DbDataSource
{
    private readonly DbDataSource _inner;
    private readonly int _maxOpen;
    private readonly TimeSpan _maxWait;
    private readonly TimeProvider _time;
    private readonly ConcurrencyLimiter _limiter;
    private readonly KeyValuePair<string, object?> _pool;
    private long _useTicks; // Of the recent ones, on average.

    /// <summary>Bounds a data source, which it disposes with itself.</summary>
    /// <param name="inner">The data source, whose own pool must hold <paramref name="maxOpen"/> connections.</param>
    /// <param name="maxOpen">The most connections out at once: 1 to 10,000.</param>
    /// <param name="maxWaiting">The most callers that wait: 0 to 1,000,000.</param>
    /// <param name="maxWait">The longest wait, by default 5 s.</param>
    /// <param name="poolName">The tag <c>db.client.connection.pool.name</c> of its metrics.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is out of range.</exception>
    public BoundedDataSource(
        DbDataSource inner,
        int maxOpen,
        int maxWaiting,
        TimeSpan? maxWait = null,
        string poolName = "default",
        TimeProvider? timeProvider = null
    )
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxOpen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxOpen, 10_000);
        ArgumentOutOfRangeException.ThrowIfNegative(maxWaiting);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxWaiting, 1_000_000);
        _maxWait = maxWait ?? TimeSpan.FromSeconds(5);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_maxWait, TimeSpan.Zero, nameof(maxWait));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_maxWait, TimeSpan.FromDays(1), nameof(maxWait));
        (_inner, _maxOpen, _time) = (inner, maxOpen, timeProvider ?? TimeProvider.System);
        _pool = new("db.client.connection.pool.name", poolName);
        _limiter = new(new() { PermitLimit = maxOpen, QueueLimit = maxWaiting });
    }

    /// <inheritdoc/>
    public override string ConnectionString => _inner.ConnectionString;

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => _inner.CreateConnection();

    /// <inheritdoc/>
    /// <exception cref="PoolFullException">No connection was free, and no place in the queue, or the wait was too long.</exception>
    protected override DbConnection OpenDbConnection() =>
        OpenDbConnectionAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    /// <exception cref="PoolFullException">No connection was free, and no place in the queue, or the wait was too long.</exception>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(
        CancellationToken cancellationToken = default
    )
    {
        var lease = _limiter.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            lease.Dispose();
            lease = await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var connection = await _inner.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var opened = _time.GetTimestamp();
            connection.StateChange += (_, change) =>
            {
                if (change.CurrentState == ConnectionState.Closed)
                {
                    GiveBack(lease, opened);
                }
            };
            return connection;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _limiter.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await _limiter.DisposeAsync().ConfigureAwait(false);
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }

    private async Task<RateLimitLease> WaitAsync(CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        using var tooLong = new CancellationTokenSource(_maxWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLong.Token);
        var queued = _limiter.AcquireAsync(1, either.Token);
        var waits = !queued.IsCompleted;
        if (waits)
        {
            QueryTelemetry.PendingConnections.Add(1, _pool);
        }

        try
        {
            var lease = await queued.ConfigureAwait(false);
            if (lease.IsAcquired)
            {
                QueryTelemetry.ConnectionWait.Record(_time.GetElapsedTime(began).TotalSeconds, _pool);
                return lease;
            }

            lease.Dispose();
            throw Refusal("and the queue for one is full");
        }
        catch (OperationCanceledException)
            when (tooLong.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Refusal($"and none became free within {_maxWait.TotalSeconds:0.###} s");
        }
        finally
        {
            if (waits)
            {
                QueryTelemetry.PendingConnections.Add(-1, _pool);
            }
        }
    }

    private PoolFullException Refusal(string what)
    {
        QueryTelemetry.ConnectionTimeouts.Add(1, _pool);
        var waiting = _limiter.GetStatistics()!.CurrentQueuedCount;
        var retryAfter = TimeSpan.FromTicks(
            Math.Max(TimeSpan.TicksPerSecond, (waiting + 1) * Volatile.Read(ref _useTicks) / _maxOpen)
        );
        return new PoolFullException(
            $"All {_maxOpen} connections of the pool '{_pool.Value}' are in use, {what}: try again in "
                + $"{Math.Ceiling(retryAfter.TotalSeconds):0} s, or raise maxOpen or maxWaiting.",
            retryAfter
        );
    }

    private void GiveBack(RateLimitLease lease, long opened)
    {
        var used = _time.GetElapsedTime(opened);
        QueryTelemetry.ConnectionUse.Record(used.TotalSeconds, _pool);
        var before = Volatile.Read(ref _useTicks);
        Volatile.Write(ref _useTicks, before + ((used.Ticks - before) / 8)); // A lost update is one sample less.
        lease.Dispose();
    }
}
