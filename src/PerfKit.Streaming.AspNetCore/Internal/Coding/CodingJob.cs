namespace PerfKit.Streaming.Internal.Coding;

/// <summary>One coding on its way.</summary>
internal sealed class CodingJob(
    VariantKey key,
    long sourceLength,
    Func<CancellationToken, ValueTask<ContentReader?>> open
)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public VariantKey Key => key;

    /// <summary>Completes with the job, whatever became of it.</summary>
    public Task Done => _done.Task;

    public void End() => _done.TrySetResult();

    /// <summary>Opens the source; null when it cannot be opened or has another length.</summary>
    public async ValueTask<ContentReader?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var source = await open(cancellationToken).ConfigureAwait(false);
            if (source is null || source.Length == sourceLength)
            {
                return source;
            }

            await source.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return null; // The answer itself meets the same fault, and reports it.
        }
    }
}
