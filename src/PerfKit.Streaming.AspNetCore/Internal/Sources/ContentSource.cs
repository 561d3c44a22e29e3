namespace PerfKit.Streaming.Internal;

/// <summary>Where bytes come from. Keeps nothing of a request, so that one result may answer many.</summary>
internal abstract class ContentSource
{
    public virtual bool HasRanges => true;

    /// <summary>
    /// What the description says, completed by opening the content where it says no length; null when it is not there.
    /// </summary>
    public virtual async ValueTask<Representation?> FindAsync(
        ContentDescription what,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        ContentReader? opened = null;
        if (what.Length is null && (opened = await OpenAsync(cancellationToken).ConfigureAwait(false)) is null)
        {
            return null;
        }

        return new Representation(this)
        {
            ETag = EntityTags.Of(what),
            Length = what.Length ?? opened!.Length,
            Sha256 = what.Sha256,
            LastModified = what.LastModified,
            Opened = opened,
        };
    }

    public abstract ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Called once after every answer, whatever became of it.</summary>
    public virtual ValueTask EndAsync() => default;
}
