using System.Data.Common;

namespace PerfKit.Query.Internal;

/// <summary>
/// Walks documents and entries side by side, by key, and finds where they differ. A difference is repaired in a transaction of
/// its own that first locks the entry and only then reads the document: a writer of the same document comes before or after,
/// and what it wrote is indexed either way.
/// </summary>
/// <param name="table">The index.</param>
/// <param name="entries">Its entries as a SELECT of key, scope and hash.</param>
/// <param name="index">Writes.</param>
/// <param name="dialect">Begins and ends the transactions: on SQLite they take their turn among the writers.</param>
internal sealed class SearchWalk<TKey>(
    SearchTable<TKey> table,
    string entries,
    ISearchIndex<TKey> index,
    ISqlDialect dialect
)
    where TKey : notnull
{
    private const int BatchSize = 500;

    private enum Fault
    {
        None,
        Missing,
        Stale,
        Surplus,
    }

    /// <summary>Finds the differences; repairs them where a way to lock an entry is given.</summary>
    public async Task<SearchDrift> RunAsync(
        DbConnection connection,
        Func<DbTransaction, TKey, Task>? lockEntry,
        CancellationToken cancellationToken
    )
    {
        var drift = new SearchDrift(0, 0, 0, 0);
        IReadOnlyList<(TKey Key, Fault Fault)> batch;
        TKey? after = default;
        var first = true;
        do
        {
            batch = await connection
                .QueryAsync(
                    null,
                    Batch(first),
                    first ? [] : [SqlCommands.Parameter("after", after)],
                    static reader => (reader.GetFieldValue<TKey>(0), FaultOf(reader)),
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var (key, fault) in batch)
            {
                drift = Count(drift, fault);
                if (fault != Fault.None && lockEntry is not null)
                {
                    await dialect
                        .TransactAsync(
                            connection,
                            (db, transaction) => RepairAsync(db, transaction, key, lockEntry, cancellationToken),
                            cancellationToken: cancellationToken
                        )
                        .ConfigureAwait(false);
                }
            }

            (after, first) = (batch.Count > 0 ? batch[^1].Key : after, false);
        } while (batch.Count == BatchSize);

        return drift;
    }

    /// <summary>The next keys of both together: they are among the next of each.</summary>
    private string Batch(bool first)
    {
        var range = first ? "" : "where x.key > @after ";
        return $"""
            with d as (select x.* from ({table.Source}) x {range}order by x.key limit {BatchSize}),
            e as (select x.* from ({entries}) x {range}order by x.key limit {BatchSize})
            select coalesce(d.key, e.key), d.title, d.text, e.hash, d.key is not null, e.key is not null,
                d.scope is distinct from e.scope
            from d full join e on e.key = d.key order by 1 limit {BatchSize}
            """;
    }

    private static Fault FaultOf(DbDataReader reader)
    {
        if (!reader.GetBoolean(4))
        {
            return Fault.Surplus;
        }

        if (!reader.GetBoolean(5))
        {
            return Fault.Missing;
        }

        var (title, text) = SearchTable<TKey>.Prepare(Text(reader, 1) ?? "", Text(reader, 2));
        return
            reader.IsDBNull(3)
            || reader.GetBoolean(6)
            || !reader.GetFieldValue<byte[]>(3).AsSpan().SequenceEqual(SearchTable<TKey>.Hash(title, text))
            ? Fault.Stale
            : Fault.None;
    }

    private static SearchDrift Count(SearchDrift drift, Fault fault) =>
        new(
            drift.Documents + (fault == Fault.Surplus ? 0 : 1),
            drift.Missing + (fault == Fault.Missing ? 1 : 0),
            drift.Stale + (fault == Fault.Stale ? 1 : 0),
            drift.Surplus + (fault == Fault.Surplus ? 1 : 0)
        );

    private async Task<bool> RepairAsync(
        DbConnection connection,
        DbTransaction transaction,
        TKey key,
        Func<DbTransaction, TKey, Task> lockEntry,
        CancellationToken cancellationToken
    )
    {
        await lockEntry(transaction, key).ConfigureAwait(false);
        var documents = await connection
            .QueryAsync(
                transaction,
                $"select d.key, d.scope, d.title, d.text from ({table.Source}) d where d.key = @key",
                [SqlCommands.Parameter("key", key)],
                static reader => new SearchDocument<TKey>(
                    reader.GetFieldValue<TKey>(0),
                    reader.IsDBNull(1) ? null : reader.GetValue(1),
                    Text(reader, 2) ?? "",
                    Text(reader, 3)
                ),
                cancellationToken
            )
            .ConfigureAwait(false);
        await (
            documents.Count > 0
                ? index.PutAsync(connection, documents[0], transaction, cancellationToken)
                : index.RemoveAsync(connection, key, transaction, cancellationToken)
        ).ConfigureAwait(false);
        return documents.Count > 0;
    }

    private static string? Text(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
