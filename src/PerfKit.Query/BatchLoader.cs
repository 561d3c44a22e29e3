using System.Diagnostics;
using PerfKit.Query.Internal;
using ThreadState = System.Threading.ThreadState;

namespace PerfKit.Query;

/// <summary>
/// Collects the loads of one tick and fetches them in one round trip; loads of the same key share one answer, which is
/// remembered for the loader's life. Trips follow one another, as a connection runs one command at a time.
/// </summary>
/// <remarks>
/// A tick ends when the work queued before it has run and no load was added meanwhile. Code that knows its keys calls
/// <see cref="LoadManyAsync"/>, which is one trip whatever the scheduler does; a burst of single loads is one trip, and
/// seldom two, where the thread that makes them is held up. A failed fetch fails its waiters and is not remembered. A trip is cancelled
/// when nobody waits for it any more. All members may be called from any thread.
/// </remarks>
public sealed class BatchLoader<TKey, TValue> : IBatchLoader<TKey, TValue>
    where TKey : notnull
{
    private const int QuietTurns = 12; // A few microseconds; with 3 a busy machine split many bursts.
    private const int QuietTurnsOfMany = 100; // Where a burst has begun, its end is worth more than microseconds.
    private const int TurnsACoreIsKept = 6; // Giving it up costs a microsecond.
    private const int LongQuietTurns = 3; // On a busy pool a turn takes long, and then tells more.
    private static readonly TimeSpan LongQuiet = TimeSpan.FromMicroseconds(250);
    private static readonly TimeSpan LongestQueue = TimeSpan.FromMilliseconds(3); // A full pool is no sign of more loads.
    private static readonly TimeSpan LongestCaller = TimeSpan.FromMilliseconds(20); // In a cold process much is compiled.

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, BatchLoad<TKey, TValue>> _loads = [];
    private readonly Queue<BatchLoad<TKey, TValue>> _waiting = [];
    private readonly Func<IReadOnlyList<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, TValue>>> _fetch;
    private readonly int _maxBatch;
    private readonly int _maxRemembered;
    private readonly KeyValuePair<string, object?> _name;
    private bool _pumping;

    /// <summary>Creates a loader; it holds nothing that needs disposing.</summary>
    /// <param name="fetch">
    /// Loads the values of different keys, at least one and at most <see cref="BatchLoaderOptions.MaxBatch"/>; keys
    /// without a value are left out. Never called twice at the same time. Keep to one transaction in one loader.
    /// </param>
    /// <param name="options">The bounds; null for the defaults.</param>
    /// <exception cref="ArgumentException">A bound is out of range.</exception>
    public BatchLoader(
        Func<IReadOnlyList<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, TValue>>> fetch,
        BatchLoaderOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(fetch);
        options ??= new BatchLoaderOptions();
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _fetch = fetch;
        _maxBatch = options.MaxBatch;
        _maxRemembered = options.MaxRemembered;
        _name = new("loader.name", options.Name ?? typeof(TValue).Name);
    }

    /// <inheritdoc/>
    public ValueTask<TValue?> LoadAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TValue?>(cancellationToken);
        }

        QueryTelemetry.Loads.Add(1, _name);
        BatchLoad<TKey, TValue> load;
        bool start;
        lock (_gate)
        {
            load = Join(key);
            start = StartPump();
        }

        if (start)
        {
            _ = PumpAsync(); // Ends by itself and hands every failure to the loads it concerns.
        }

        return load.Task.IsCompletedSuccessfully ? new(load.Task.Result.Value) : WaitAsync(load, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<TKey, TValue>> LoadManyAsync(
        IReadOnlyCollection<TKey> keys,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        QueryTelemetry.Loads.Add(keys.Count, _name);
        var distinct = new HashSet<TKey>(keys);
        var loads = new List<BatchLoad<TKey, TValue>>(distinct.Count);
        bool start;
        lock (_gate)
        {
            foreach (var key in distinct)
            {
                loads.Add(Join(key));
            }

            start = StartPump();
        }

        if (start)
        {
            _ = PumpAsync();
        }

        try
        {
            await Task.WhenAll(loads.Select(static load => load.Task))
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Leave(loads);
            throw;
        }

        var values = new Dictionary<TKey, TValue>(loads.Count);
        foreach (var load in loads)
        {
            var (found, value) = load.Task.Result;
            if (found)
            {
                values.Add(load.Key, value!);
            }
        }

        return values;
    }

    private async ValueTask<TValue?> WaitAsync(BatchLoad<TKey, TValue> load, CancellationToken cancellationToken)
    {
        try
        {
            var (_, value) = await load.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return value;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Leave([load]);
            throw;
        }
    }

    private BatchLoad<TKey, TValue> Join(TKey key)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "Joining a load needs the lock.");
        if (!_loads.TryGetValue(key, out var load))
        {
            load = new BatchLoad<TKey, TValue>(key);
            _loads.Add(key, load);
            _waiting.Enqueue(load);
        }
        else if (load.Waiters == 0 && load.Trip is { } trip)
        {
            trip.Wanted++;
        }

        load.Waiters++;
        return load;
    }

    private void Leave(IReadOnlyList<BatchLoad<TKey, TValue>> loads)
    {
        lock (_gate)
        {
            foreach (var load in loads)
            {
                if (--load.Waiters > 0 || load.Task.IsCompleted)
                {
                    continue;
                }

                if (load.Trip is null)
                {
                    Forget(load);
                }
                else if (--load.Trip.Wanted == 0)
                {
                    load.Trip.Loads.ForEach(Forget); // A new caller must not join a trip that is being cancelled.
                    load.Trip.Abandon();
                }
            }
        }
    }

    private void Forget(BatchLoad<TKey, TValue> load)
    {
        if (_loads.TryGetValue(load.Key, out var known) && known == load)
        {
            _loads.Remove(load.Key);
        }
    }

    private bool StartPump()
    {
        var start = !_pumping && _waiting.Count > 0;
        _pumping |= start;
        return start;
    }

    private async Task PumpAsync()
    {
        for (var first = true; first || HasMore(); first = false)
        {
            await SettleAsync(first).ConfigureAwait(false);
            if (TakeTrip() is { } trip)
            {
                await RunAsync(trip).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Ends the tick: lets other work run until no load has been added for a few turns and the work that may add some is over,
    /// or the batch is full.
    /// </summary>
    private async Task SettleAsync(bool first)
    {
        // Without a scheduler the caller runs beside us, and may be held up between two loads: in a compiler, or without a core.
        var beside = first && SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;
        var caller = Thread.CurrentThread;
        var isPooled = caller.IsThreadPoolThread; // A dead thread does not tell.
        var ended = ThreadPool.CompletedWorkItemCount;
        var (seen, quiet, turns) = (-1, 0, 0);
        var (began, changed) = (TimeProvider.System.GetTimestamp(), 0L);
        while (!IsQuiet() || (beside && IsBusy(TimeProvider.System.GetElapsedTime(began))))
        {
            int now;
            lock (_gate)
            {
                now = _waiting.Count;
            }

            if (now >= _maxBatch)
            {
                return;
            }

            (quiet, changed) = now == seen ? (quiet + 1, changed) : (0, TimeProvider.System.GetTimestamp());
            seen = now;
            if (beside && turns % TurnsACoreIsKept == 0)
            {
                Thread.Yield(); // Waking us may have taken the caller's core.
            }

            turns++; // Each ends one of our own work items; one more that ended was the caller's, or a stranger's.
            await Task.Yield(); // On the caller's scheduler, where there is one: then the tick is exact.
        }

        bool IsQuiet() =>
            quiet >= (seen > 1 ? QuietTurnsOfMany : QuietTurns)
            || (quiet >= LongQuietTurns && TimeProvider.System.GetElapsedTime(changed) > LongQuiet);

        bool IsBusy(TimeSpan sinceBegin) =>
            (sinceBegin < LongestQueue && ThreadPool.PendingWorkItemCount > 0)
            || (
                sinceBegin < LongestCaller
                && (caller.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) == 0
                && (!isPooled || ThreadPool.CompletedWorkItemCount < ended + turns)
            );
    }

    private BatchTrip<TKey, TValue>? TakeTrip()
    {
        lock (_gate)
        {
            var loads = new List<BatchLoad<TKey, TValue>>(Math.Min(_waiting.Count, _maxBatch));
            while (loads.Count < _maxBatch && _waiting.TryDequeue(out var load))
            {
                if (load.Waiters > 0)
                {
                    loads.Add(load);
                }
            }

            if (loads.Count == 0)
            {
                return null;
            }

            var trip = new BatchTrip<TKey, TValue>(loads);
            loads.ForEach(load => load.Trip = trip);
            return trip;
        }
    }

    private bool HasMore()
    {
        lock (_gate)
        {
            _pumping = _waiting.Count > 0;
            return _pumping;
        }
    }

    private async Task RunAsync(BatchTrip<TKey, TValue> trip)
    {
        using var full = trip.Loads.Count == _maxBatch && _maxBatch > 1 ? Hearing.Within(ScopeKind.FullBatch) : null;
        using var activity = QueryTelemetry.Activities.StartActivity("perfkit.query.batch");
        activity?.SetTag(_name.Key, _name.Value).SetTag("batch.keys", trip.Loads.Count);
        QueryTelemetry.Trips.Add(1, _name);
        QueryTelemetry.Keys.Add(trip.Loads.Count, _name);
        try
        {
            var keys = trip.Loads.ConvertAll(static load => load.Key);
            var found =
                await _fetch(keys, trip.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException(
                    "The fetch of a batch loader returned null instead of a dictionary."
                );
            Answer(trip, keys.ConvertAll(key => (found.TryGetValue(key, out var value), value)));
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            Fail(trip, error);
        }
    }

    private void Answer(BatchTrip<TKey, TValue> trip, List<(bool Found, TValue? Value)> answers)
    {
        lock (_gate)
        {
            for (var i = trip.Loads.Count - 1; i >= 0 && _loads.Count > _maxRemembered; i--)
            {
                Forget(trip.Loads[i]);
            }
        }

        for (var i = 0; i < answers.Count; i++)
        {
            trip.Loads[i].SetResult(answers[i]);
        }
    }

    private void Fail(BatchTrip<TKey, TValue> trip, Exception error)
    {
        lock (_gate)
        {
            trip.Loads.ForEach(Forget);
        }

        foreach (var load in trip.Loads)
        {
            load.SetException(error);
            _ = load.Task.Exception; // Seen: a load whose callers all left has nobody to look at it.
        }
    }
}
