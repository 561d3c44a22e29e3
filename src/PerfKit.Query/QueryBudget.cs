using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// How often a statement may run in one piece of work, as a test: any framework reports the exception. Budgets that run side
/// by side do not hear each other, and one can be kept in a static field.
/// </summary>
public sealed class QueryBudget
{
    private readonly int _runs;

    private QueryBudget(int runs)
    {
        _runs = runs;
    }

    /// <summary>A budget of so many runs a statement: 1 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="runs"/> is out of range.</exception>
    public static QueryBudget AtMost(int runs) => new(RunLimit.Checked(runs));

    /// <summary>Does the work and fails if a statement ran too often in it. The work's own exceptions come through.</summary>
    /// <param name="work">What is tested; synchronous work returns a completed task.</param>
    /// <exception cref="QueryBudgetException">The work succeeded, with too many runs of a statement.</exception>
    public async Task RunAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        await RunAsync(async () =>
            {
                await work().ConfigureAwait(false);
                return true;
            })
            .ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var hearing = Hearing.Begin();
        using var scope = new QueryScope("budget", _runs, recorder: null);
        var result = await work().ConfigureAwait(false);
        Check(scope);
        return result;
    }

    private void Check(QueryScope scope)
    {
        if (scope.Repeats is { Count: > 0 } repeats)
        {
            throw new QueryBudgetException(
                $"A statement may run {_runs} times here, and {(repeats.Count == 1 ? "one" : repeats.Count)} ran more often. "
                    + "Load them in one query, or mark the loop with QueryRecorder.Expected.\n"
                    + string.Join('\n', repeats)
            );
        }

        if (scope.Overflowed)
        {
            throw new QueryBudgetException(
                $"More than {StatementTable.Capacity} different statements ran: values in the text should be parameters."
            );
        }
    }
}
