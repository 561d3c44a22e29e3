using System.Diagnostics.Metrics;

namespace FileService.Rollout;

/// <summary>
/// Asks both sides the same in the background and compares what they answer. The request does not wait for it, shares
/// nothing with it and never sees its errors. Sides that differ are asked once more, for a write may have come in between.
/// </summary>
internal sealed class ShadowRunner : IAsyncDisposable
{
    public const string MeterName = "PerfKit.FileService";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ShadowBudget _budget;
    private readonly TimeProvider _clock;
    private readonly ILogger<ShadowRunner> _log;
    private readonly Counter<long> _comparisons;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _running = [];

    public ShadowRunner(ShadowBudget budget, IMeterFactory meters, TimeProvider clock, ILogger<ShadowRunner> log)
    {
        _budget = budget;
        _clock = clock;
        _log = log;
        _comparisons = meters
            .Create(MeterName)
            .CreateCounter<long>(
                "perfkit.shadow.comparisons",
                "{comparison}",
                "Answers of before and after that were compared; outcome is match, mismatch or failed."
            );
    }

    /// <summary>Compares in the background, if the budget allows.</summary>
    /// <param name="operation">What is compared.</param>
    /// <param name="subject">What the log calls it.</param>
    /// <param name="before">Asks the before side.</param>
    /// <param name="after">Asks the after side.</param>
    /// <param name="equal">Whether the two answers (before, after) say the same.</param>
    public void Offer<T>(
        Operation operation,
        string subject,
        Func<CancellationToken, Task<T>> before,
        Func<CancellationToken, Task<T>> after,
        Func<T, T, bool> equal
    )
    {
        if (_stop.IsCancellationRequested || !_budget.TryEnter(operation))
        {
            return;
        }

        var work = new Task<Task>(() => CompareAsync(operation, subject, before, after, equal));
        var all = work.Unwrap();
        lock (_lock)
        {
            _running.Add(all);
        }

        _ = all.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        work.Start(TaskScheduler.Default);
    }

    /// <summary>Completes when no comparison is under way.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_running);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await WhenIdleAsync();
        _stop.Dispose();
    }

    private async Task CompareAsync<T>(
        Operation operation,
        string subject,
        Func<CancellationToken, Task<T>> before,
        Func<CancellationToken, Task<T>> after,
        Func<T, T, bool> equal
    )
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stop.Token);
        try
        {
            var outcome = await AskAsync(before, after, equal, both.Token);
            if (outcome.Name == ShadowOutcome.Mismatch)
            {
                outcome = await AskAsync(before, after, equal, both.Token);
            }

            Count(operation, outcome.Name);
            if (outcome.Name != ShadowOutcome.Match)
            {
                _log.LogWarning(
                    outcome.Error,
                    "Shadow of {Operation} {Subject}: {Outcome}, {Reason}.",
                    operation,
                    subject,
                    outcome.Name,
                    outcome.Reason
                );
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The service stops: an unfinished comparison says nothing.
        }
        catch (Exception e)
        {
            Count(operation, ShadowOutcome.Failed);
            _log.LogWarning(e, "Shadow of {Operation} {Subject} failed.", operation, subject);
        }
        finally
        {
            _budget.Leave();
        }
    }

    private static async Task<ShadowOutcome> AskAsync<T>(
        Func<CancellationToken, Task<T>> before,
        Func<CancellationToken, Task<T>> after,
        Func<T, T, bool> equal,
        CancellationToken ct
    )
    {
        var old = await ShadowAnswer<T>.OfAsync(before, ct);
        var current = await ShadowAnswer<T>.OfAsync(after, ct);
        return (old.Error, current.Error) switch
        {
            (null, null) => ShadowOutcome.Of(equal(old.Value!, current.Value!)),
            ({ } a, { } b) => ShadowOutcome.OfErrors(a, b),
            var (a, b) => new ShadowOutcome(
                ShadowOutcome.Mismatch,
                a is null ? "after failed" : "before failed",
                a ?? b
            ),
        };
    }

    private void Count(Operation operation, string outcome) =>
        _comparisons.Add(
            1,
            new KeyValuePair<string, object?>("operation", operation.ToString().ToLowerInvariant()),
            new KeyValuePair<string, object?>("outcome", outcome)
        );

    private void Forget(Task ended)
    {
        lock (_lock)
        {
            _running.Remove(ended);
        }
    }
}
