using System.Threading.Channels;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>What a tier told, in order, to be waited for.</summary>
internal sealed class HeardChanges : ICacheTierListener
{
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

    public void Removed(string key) => _told.Writer.TryWrite("key " + key);

    public void TagRemoved(string tag) => _told.Writer.TryWrite("tag " + tag);

    public void Lost() => _told.Writer.TryWrite("lost");

    public void Restored() => _told.Writer.TryWrite("restored");

    /// <summary>What is told next.</summary>
    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _told.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Passes over everything until this is told.</summary>
    public async Task UntilAsync(string told)
    {
        while (await NextAsync() != told)
        {
            // Something else.
        }
    }

    /// <summary>Whether something was told that nobody has waited for.</summary>
    public bool TryNext(out string? told) => _told.Reader.TryRead(out told);
}
