using System.Data.Common;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Search;

/// <summary>The snippets of one page of found files.</summary>
internal static class SnippetPage
{
    /// <summary>
    /// Reads the text of each found file over the one before, so a page costs one text of memory however many files it
    /// shows. By path; files without text are left out.
    /// </summary>
    public static async Task<Dictionary<string, string>> SnippetsAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        string tenant,
        ILookup<string, string> pathsByHash,
        Func<string, ReadOnlyMemory<char>, string> render,
        CancellationToken ct
    )
    {
        var snippets = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] hashes = [.. pathsByHash.Select(static paths => paths.Key)];
        await foreach (var (hash, text) in connection.ReadTextsAsync(dialect, tenant, hashes, ct))
        {
            foreach (var path in pathsByHash[hash])
            {
                snippets[path] = render(path, text);
            }
        }

        return snippets;
    }
}
