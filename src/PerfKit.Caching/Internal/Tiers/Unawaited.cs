namespace PerfKit.Caching.Internal;

internal static class Unawaited
{
    /// <summary>Nobody waits for it any more: what it throws from here on is nobody's fault.</summary>
    public static void Observe(Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            _ = task.ContinueWith(
                static ended => _ = ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }
    }
}
