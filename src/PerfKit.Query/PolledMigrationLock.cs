using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>The waiting of a migration lock; an engine gives the try. See PerfKit.Query.PostgreSql and PerfKit.Query.Sqlite.</summary>
public abstract class PolledMigrationLock : IMigrationLock
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock;

    /// <summary>Creates the lock; nothing is opened yet.</summary>
    /// <param name="clock">Times the wait; null for the system's.</param>
    /// <param name="logger">Told when a wait begins; null for none.</param>
    protected PolledMigrationLock(TimeProvider? clock, ILogger? logger)
    {
        _clock = clock ?? TimeProvider.System;
        Logger = logger ?? NullLogger.Instance;
    }

    /// <summary>The logger given, or one that drops everything.</summary>
    protected ILogger Logger { get; }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> AcquireAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, MaxTimeout);
        using var activity = QueryTelemetry.Activities.StartActivity("perfkit.query.migration_lock");
        var started = _clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            if (await TryAcquireAsync(cancellationToken).ConfigureAwait(false) is { } held)
            {
                Record(started, "acquired");
                return held;
            }

            var left = timeout - _clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                Record(started, "timeout");
                throw new TimeoutException(await RefusalAsync(timeout, cancellationToken).ConfigureAwait(false));
            }

            if (pause == FirstPause)
            {
                MigrationLockLog.Waiting(Logger, timeout);
            }

            await Task.Delay(pause < left ? pause : left, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tries once and returns at once: the held lock, or null while somebody else has it.</summary>
    protected abstract ValueTask<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken);

    /// <summary>Who holds it, as the end of a sentence ("process 12 on host a"), or null when that is not known.</summary>
    protected abstract ValueTask<string?> DescribeHolderAsync(CancellationToken cancellationToken);

    private static TimeSpan Longer(TimeSpan pause)
    {
        var next = pause * (1.25 + (Random.Shared.NextDouble() / 2)); // Jitter: runners started together spread out.
        return next < LongestPause ? next : LongestPause;
    }

    private async ValueTask<string> RefusalAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var holder = await DescribeHolderAsync(cancellationToken).ConfigureAwait(false);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The migration lock was not free within {timeout.TotalSeconds:0.###} s; it is held by {holder ?? "another runner"}."
        );
    }

    private void Record(long started, string outcome) =>
        QueryTelemetry.LockWait.Record(
            _clock.GetElapsedTime(started).TotalSeconds,
            new KeyValuePair<string, object?>("outcome", outcome)
        );
}
