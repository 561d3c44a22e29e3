using System.Data.Common;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace PerfKit.Query.Internal;

/// <summary>What the search indexes of all engines have in common: their names, their orders, how a page is read.</summary>
internal sealed partial class SearchTable<TKey>
    where TKey : notnull
{
    /// <summary>Written into every hash, so that a change of what is indexed makes every entry stale.</summary>
    private const byte Version = 1;

    private const int HashBytes = 16;
    private const int MaxTitleChars = 16_384;

    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<double>("score", "r.score")
        .UniqueBy<TKey>("key", "r.key");

    public SearchTable(string name, string source)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        if (!Names().IsMatch(name))
        {
            throw new ArgumentException(
                $"The index name '{name}' is not one of 1 to 48 small letters, digits and '_' that begins with a letter.",
                nameof(name)
            );
        }

        Name = name;
        Source = source;
    }

    public static KeysetOrder ByRank { get; } = Order("-score,-key");

    public static KeysetOrder ByKey { get; } = Order("key");

    public string Name { get; }

    /// <summary>The documents as a SELECT of key, scope, title and text.</summary>
    public string Source { get; }

    /// <summary>Reads a page of the candidates.</summary>
    public static async Task<SearchHits<TKey>> ReadAsync(
        ISqlDialect dialect,
        DbConnection connection,
        DbTransaction? transaction,
        KeysetQuery page,
        SearchCandidates candidates,
        CancellationToken cancellationToken
    )
    {
        var count = 0L;
        var select = $$"""
            {{candidates.Tables}}
            select r.key, r.score, n.candidates
            from (select {{candidates.Count}} as candidates) n left join (select * from r where {range}) r on true
            """;
        var found = await page.ReadAsync<SearchHit<TKey>>(
                dialect,
                async (range, token) =>
                {
                    var rows = await connection
                        .QueryAsync(
                            transaction,
                            range.Complete(select),
                            [.. candidates.Parameters, .. range.Parameters],
                            reader =>
                            {
                                count = reader.GetInt64(2);
                                return reader.IsDBNull(0)
                                    ? null // The count alone.
                                    : new SearchHit<TKey>(reader.GetFieldValue<TKey>(0), reader.GetDouble(1));
                            },
                            token
                        )
                        .ConfigureAwait(false);
                    return rows is [null] ? [] : (IReadOnlyList<SearchHit<TKey>>)rows;
                },
                static (hit, field) => field == "key" ? hit.Key : hit.Score,
                cancellationToken
            )
            .ConfigureAwait(false);
        return new SearchHits<TKey>(found, count > SearchQuery.MaxRanked);
    }

    /// <summary>Title and text in form C. The title ends where its words might not fit beside the text's in a tsvector.</summary>
    public static (string Title, string Text) Prepare(string title, string? text)
    {
        title = SearchText.Normalize(title);
        return (title.Length > MaxTitleChars ? title[..MaxTitleChars] : title, SearchText.Normalize(text ?? ""));
    }

    public InvalidOperationException NoSubstrings() =>
        new($"The search index '{Name}' has no substrings: make it, and its tables, with 'substring'.");

    /// <summary>Whether a needle has less than three characters, so that no trigram finds it.</summary>
    public static bool IsShort(string needle) => needle.EnumerateRunes().Count() < 3;

    /// <summary>What an entry remembers of the text it was made from.</summary>
    public static byte[] Hash(string title, string text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Version]);
        hash.AppendData(MemoryMarshal.AsBytes(title.AsSpan()));
        hash.AppendData("\0\0"u8); // Parts title and text.
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        return hash.GetHashAndReset()[..HashBytes];
    }

    private static KeysetOrder Order(string sort) =>
        Fields.TryParse(sort, out var order, out var error) ? order : throw new InvalidOperationException(error);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,47}$")]
    private static partial Regex Names();
}
