using System.Collections.Concurrent;

namespace FileService.Tests.Crash;

/// <summary>
/// What the service may hold for each path: the one content it acknowledged, or, while a write is under way, that or the
/// new one. Null stands for no file. Each path has one writer.
/// </summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, string?[]> _possible = new();

    /// <summary>Every path that was ever written.</summary>
    public IReadOnlyCollection<string> Paths => [.. _possible.Keys];

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>A write begins: from now on either content is right.</summary>
    public void Begin(string path, string? hash) => _possible[path] = [.. Possible(path), hash];

    /// <summary>The service said it is done: only this content is right.</summary>
    public void Acknowledge(string path, string? hash)
    {
        _possible[path] = [hash];
        lock (_possible)
        {
            Acknowledged++;
        }
    }

    /// <summary>Compares with what the service shows after a restart, which settles what was open.</summary>
    public void Settle(IReadOnlyDictionary<string, string> shown)
    {
        foreach (var path in Paths)
        {
            var found = shown.GetValueOrDefault(path);
            Possible(path).Should().Contain(found, "of {0}", path);
            _possible[path] = [found];
        }

        shown.Keys.Should().BeSubsetOf(Paths);
    }

    private string?[] Possible(string path) => _possible.GetValueOrDefault(path) ?? [null];
}
