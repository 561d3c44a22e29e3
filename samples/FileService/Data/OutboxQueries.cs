using System.Data.Common;
using System.Text.Json;
using Dapper;
using FileService.Files.Caching;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>A row of <c>cache_outbox</c>: what a committed write takes out of the caches.</summary>
internal sealed class OutboxRow
{
    public Guid Id { get; init; }
    public string Removed { get; init; } = "";

    /// <summary>A note that another version wrote in a form of its own removes everything.</summary>
    public Invalidation Read()
    {
        try
        {
            return JsonSerializer.Deserialize(Removed, CacheJson.Default.Invalidation) ?? Invalidation.Everything;
        }
        catch (JsonException)
        {
            return Invalidation.Everything;
        }
    }
}

/// <summary>SQL over <c>cache_outbox</c>.</summary>
internal static class OutboxQueries
{
    /// <summary>From now on whoever writes to this database notes it, also one that is started without Redis.</summary>
    public static Task ShareAsync(this DbConnection connection) =>
        connection.ExecuteAsync(
            "insert into settings (name, value) values ('caches', 'shared') on conflict (name) do nothing"
        );

    /// <summary>Notes it in the transaction of the write that makes it necessary, where caches are shared.</summary>
    public static Task NoteWhereSharedAsync(this WriteScope scope, Guid id, Invalidation removed) =>
        scope.Connection.ExecuteAsync(
            """
            insert into cache_outbox (id, removed)
            select @id, @text where exists (select 1 from settings where name = 'caches')
            """,
            new { id, text = JsonSerializer.Serialize(removed, CacheJson.Default.Invalidation) },
            scope.Transaction
        );

    /// <summary>The oldest notes.</summary>
    public static async Task<List<OutboxRow>> NotesAsync(this DbConnection connection, int limit) =>
        (
            await connection.QueryAsync<OutboxRow>(
                "select id, removed from cache_outbox order by id limit @limit",
                new { limit }
            )
        ).AsList();

    public static Task<long> CountNotesAsync(this DbConnection connection) =>
        connection.ExecuteScalarAsync<long>("select count(*) from cache_outbox");

    public static Task DropNotesAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        IReadOnlyCollection<Guid> ids
    ) =>
        connection.ExecuteAsync(
            $"delete from cache_outbox where {dialect.In("id", "ids")}",
            new { ids = dialect.ListParameter(ids) }
        );

    /// <summary>Puts one note in the place of all that are visible.</summary>
    public static async Task<bool> ReplaceNotesAsync(this WriteScope scope, Guid id, Invalidation removed)
    {
        await scope.Connection.ExecuteAsync("delete from cache_outbox", transaction: scope.Transaction);
        await scope.NoteWhereSharedAsync(id, removed);
        return true;
    }
}
