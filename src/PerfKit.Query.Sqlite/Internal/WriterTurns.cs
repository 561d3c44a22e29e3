namespace PerfKit.Query.Internal;

/// <summary>
/// Whose turn it is to write a database, among all connections of this process, first come first served. A database
/// stands in the table only while somebody writes it or waits to.
/// </summary>
internal static class WriterTurns
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, LinkedList<TaskCompletionSource>> Waiting = new(
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal
    );

    /// <summary>Ends when the turn is the caller's, who must <see cref="Pass"/> it on.</summary>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public static async Task TakeAsync(string database, TimeSpan timeout, TimeProvider clock, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource> mine;
        lock (Gate)
        {
            if (!Waiting.TryGetValue(database, out var waiting))
            {
                Waiting.Add(database, new());
                return;
            }

            mine = waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await mine.Value.Task.WaitAsync(timeout, clock, ct).ConfigureAwait(false);
        }
        catch
        {
            if (!Leave(mine))
            {
                Pass(database); // It came at the same moment.
            }

            throw;
        }
    }

    /// <summary>Ends the turn; who has waited longest has the next.</summary>
    public static void Pass(string database)
    {
        lock (Gate)
        {
            var waiting = Waiting[database];
            if (waiting.First is { } next)
            {
                waiting.RemoveFirst();
                next.Value.SetResult();
            }
            else
            {
                Waiting.Remove(database);
            }
        }
    }

    /// <summary>How many wait; null when nobody writes. For tests.</summary>
    internal static int? CountWaiting(string database)
    {
        lock (Gate)
        {
            return Waiting.TryGetValue(database, out var waiting) ? waiting.Count : null;
        }
    }

    private static bool Leave(LinkedListNode<TaskCompletionSource> mine)
    {
        lock (Gate)
        {
            mine.List?.Remove(mine);
            return !mine.Value.Task.IsCompleted;
        }
    }
}
