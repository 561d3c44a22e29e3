using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>
/// Content objects that nobody holds. They live as long as the cache, so that churn gives the collector nothing to promote: with
/// new ones for each put, collections of young objects alone took 0.1 % of the time at 2,000 puts a second.
/// </summary>
internal sealed class ContentPool(MemoryAccount account)
{
    private const int Most = 1024;

    private readonly Stack<Content> _idle = [];

    public MemoryAccount Account => account;

    /// <summary>A content with blocks to write to, held once; null when the budget refuses.</summary>
    public Content? TryBegin(ContentKey key, long length)
    {
        var content = Take();
        if (content.TryBegin(account, key, length))
        {
            return content;
        }

        Add(content);
        return null;
    }

    public void Add(Content content)
    {
        lock (_idle)
        {
            if (_idle.Count < Most)
            {
                _idle.Push(content);
            }
        }
    }

    private Content Take()
    {
        lock (_idle)
        {
            return _idle.TryPop(out var content) ? content : new Content(this);
        }
    }
}
