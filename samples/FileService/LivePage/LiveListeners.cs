using Microsoft.Extensions.Options;

namespace FileService.LivePage;

/// <summary>Counts the pages that listen, up to the bound.</summary>
internal sealed class LiveListeners(IOptions<LivePageOptions> options)
{
    private int _count;

    /// <summary>Pages that listen now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place if there is one; whoever got it calls <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= options.Value.MaxListeners)
        {
            return true;
        }

        Interlocked.Decrement(ref _count);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _count);
}
