using System.Security.Cryptography;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>
/// Looks at a store after a crash and collects what nobody was promised. What is wrong is a violation, in a sentence.
/// </summary>
internal sealed class StoreAudit(string root)
{
    private const int KeptContents = 24;

    private readonly HashSet<ContentHash> _promised = [];

    public List<string> Violations { get; } = [];

    /// <summary>Temporary files that a kill left and the sweep removed.</summary>
    public int Swept { get; private set; }

    /// <summary>Contents that were there whole although nobody was told; removed.</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Contents read and hashed.</summary>
    public int Verified { get; private set; }

    /// <summary>The store as another process sees it.</summary>
    public LocalContentStore Open() => new(new LocalContentStoreOptions { Root = root });

    /// <summary>Audits once.</summary>
    /// <returns>Whether the kill hit an upload: it left a temporary file, or a content nobody was told of.</returns>
    public async Task<bool> RunAsync(IEnumerable<ContentHash> acknowledged, Random dice)
    {
        _promised.UnionWith(acknowledged);
        var store = Open();
        var found = await store.ListAsync().ToListAsync();
        foreach (var content in found)
        {
            await VerifyAsync(store, content);
        }

        Violations.AddRange(
            _promised
                .Except(found.Select(static c => c.Hash))
                .Select(static hash => $"{hash} was acknowledged and is lost")
        );
        var orphans = found.Where(c => !_promised.Contains(c.Hash)).ToList();
        foreach (var orphan in orphans)
        {
            await RemoveAsync(store, orphan.Hash);
        }

        var swept = await store.SweepAsync(TimeSpan.Zero);
        await ForgetSomeAsync(store, dice);
        FindLeftovers(store);
        Swept += swept;
        Unacknowledged += orphans.Count;
        return swept + orphans.Count > 0;
    }

    private async Task VerifyAsync(LocalContentStore store, ContentInfo content)
    {
        Verified++;
        await using var reader = await store.OpenReadAsync(content.Hash);
        if (reader is null)
        {
            Violations.Add($"{content.Hash} is listed and cannot be opened");
            return;
        }

        await using var stream = reader.AsStream();
        var hash = new ContentHash(await SHA256.HashDataAsync(stream));
        if (hash != content.Hash)
        {
            Violations.Add($"{content.Hash} is visible with {reader.Length} bytes that hash to {hash}");
        }
    }

    private async Task RemoveAsync(LocalContentStore store, ContentHash hash)
    {
        if (!await store.DeleteAsync(hash) || await store.GetInfoAsync(hash) is not null)
        {
            Violations.Add($"{hash} was never acknowledged and cannot be collected");
        }
    }

    /// <summary>Keeps the store small, and lets repeated contents be absent again.</summary>
    private async Task ForgetSomeAsync(LocalContentStore store, Random dice)
    {
        var sorted = _promised.Order().ToArray();
        dice.Shuffle(sorted);
        foreach (var hash in sorted.Skip(KeptContents))
        {
            _promised.Remove(hash);
            await RemoveAsync(store, hash);
        }
    }

    /// <summary>After a collection a store's folder holds the promised contents and no other file, of whatever name.</summary>
    private void FindLeftovers(LocalContentStore store)
    {
        var expected = _promised.Select(hash => Path.Combine(store.Root, $"{hash}"[..2], $"{hash}"[2..]));
        var files = Directory.EnumerateFiles(store.Root, "*", SearchOption.AllDirectories);
        Violations.AddRange(files.Except(expected).Select(static path => $"{path} is left after a collection"));
    }
}
