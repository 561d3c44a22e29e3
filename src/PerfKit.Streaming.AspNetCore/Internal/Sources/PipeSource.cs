using System.IO.Pipelines;

namespace PerfKit.Streaming.Internal;

/// <summary>A pipe: one whole, once, of a length that only its end may tell.</summary>
internal sealed class PipeSource(PipeReader pipe) : ContentSource
{
    private int _isEnded;

    public override bool HasRanges => false;

    public override ValueTask<Representation?> FindAsync(
        ContentDescription what,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        new(
            new Representation(this)
            {
                ETag = EntityTags.Of(what),
                Length = what.Length,
                Sha256 = what.Sha256,
                LastModified = what.LastModified,
                Opened = new PipeContent(pipe, what.Length),
            }
        );

    public override ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) =>
        new((ContentReader?)null);

    public override ValueTask EndAsync() => Interlocked.Exchange(ref _isEnded, 1) == 0 ? pipe.CompleteAsync() : default;
}
