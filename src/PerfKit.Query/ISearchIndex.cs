using System.Data.Common;

namespace PerfKit.Query;

/// <summary>
/// A full-text index in a table of its own beside the documents, written in the transaction that writes the document; see
/// <c>docs/search.md</c>. It holds words, no texts. Safe for any number of threads, each with a connection of its own.
/// </summary>
/// <typeparam name="TKey">The key of a document: string, long, int or Guid.</typeparam>
public interface ISearchIndex<TKey>
    where TKey : notnull
{
    /// <summary>The statements that create the index's tables, for a migration of yours.</summary>
    string CreateSql { get; }

    /// <summary>The order of <see cref="FindAsync"/>: best first.</summary>
    KeysetOrder ByRank { get; }

    /// <summary>The order of <see cref="FindSubstringAsync"/>: by key.</summary>
    KeysetOrder ByKey { get; }

    /// <summary>Adds a document, or replaces what the index knows of it. Its cost follows the text's length.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="document">The document; title and text are brought to form C.</param>
    /// <param name="transaction">The transaction that writes the document itself.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task PutAsync(
        DbConnection connection,
        SearchDocument<TKey> document,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Removes a document; nothing happens where there is none.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="key">The document's key.</param>
    /// <param name="transaction">The transaction that removes the document itself.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task RemoveAsync(
        DbConnection connection,
        TKey key,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// A page of the documents that hold every word, best first. The cost follows the matches up to
    /// <see cref="SearchQuery.MaxRanked"/>, not the documents.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="query">The words.</param>
    /// <param name="page">The page, of the order <see cref="ByRank"/>; put the words into its scope.</param>
    /// <param name="scope">Only documents with this scope; null for all.</param>
    /// <param name="transaction">The transaction that the connection is in, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<SearchHits<TKey>> FindAsync(
        DbConnection connection,
        SearchQuery query,
        KeysetQuery page,
        object? scope = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// A page of the documents whose title or text holds the characters anywhere, letter case ignored, by key. One and two
    /// characters are found where a word begins with them. The cost follows the documents that hold every three characters of
    /// the needle, up to <see cref="SearchQuery.MaxRanked"/> matches and a bounded amount of text that the engine names.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="needle">What <see cref="SearchQuery.TryParseSubstring"/> made of the caller's text.</param>
    /// <param name="page">The page, of the order <see cref="ByKey"/>; put the needle into its scope.</param>
    /// <param name="scope">Only documents with this scope; null for all.</param>
    /// <param name="transaction">The transaction that the connection is in, or null.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<SearchHits<TKey>> FindSubstringAsync(
        DbConnection connection,
        string needle,
        KeysetQuery page,
        object? scope = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Compares the index with the documents: finds what was written past it. Reads every title and text, 500 documents at a
    /// time, and changes nothing.
    /// </summary>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<SearchDrift> CheckAsync(DbConnection connection, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does what <see cref="CheckAsync"/> does and repairs what it finds, each document in a transaction of its own, while
    /// others write. On an empty index it indexes everything, which is how an index is filled for documents that were there before.
    /// </summary>
    /// <param name="connection">An open connection that is in no transaction.</param>
    /// <param name="cancellationToken">Cancels; what was repaired stays so.</param>
    /// <returns>What was found, and is repaired.</returns>
    Task<SearchDrift> RepairAsync(DbConnection connection, CancellationToken cancellationToken = default);
}
