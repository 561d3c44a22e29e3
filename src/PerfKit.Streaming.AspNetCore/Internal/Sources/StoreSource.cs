namespace PerfKit.Streaming.Internal;

/// <summary>Opens a content of a store by its hash.</summary>
internal sealed class StoreSource(IContentStore store, ContentHash hash) : ContentSource
{
    public override ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) =>
        store.OpenReadAsync(hash, cancellationToken);
}
