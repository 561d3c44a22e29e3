using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>A content store at a distance: one round trip to ask, to open, to write a content, to delete, to list.</summary>
internal sealed class RoundTripStore(IContentStore inner, RoundTrip trip) : IContentStore
{
    public async ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        await trip.WaitAsync();
        return await inner.GetInfoAsync(hash, cancellationToken);
    }

    public async ValueTask<ContentReader?> OpenReadAsync(
        ContentHash hash,
        CancellationToken cancellationToken = default
    )
    {
        await trip.WaitAsync();
        return await inner.OpenReadAsync(hash, cancellationToken);
    }

    public async ValueTask<ContentWriter> CreateWriterAsync(long? length, CancellationToken cancellationToken = default)
    {
        await trip.WaitAsync();
        return await inner.CreateWriterAsync(length, cancellationToken);
    }

    public async IAsyncEnumerable<ContentInfo> ListAsync(
        string prefix,
        ContentHash? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await trip.WaitAsync();
        await foreach (var content in inner.ListAsync(prefix, after, cancellationToken))
        {
            yield return content;
        }
    }

    public async ValueTask<bool> DeleteAsync(
        ContentHash hash,
        DateTimeOffset? unlessCommittedSince,
        CancellationToken cancellationToken = default
    )
    {
        await trip.WaitAsync();
        return await inner.DeleteAsync(hash, unlessCommittedSince, cancellationToken);
    }
}
