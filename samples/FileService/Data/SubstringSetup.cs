using System.Data.Common;
using Dapper;
using FileService.Setup;
using Npgsql;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>
/// What substring search needs and a script cannot do: an extension that a server may refuse, indexes that are built while
/// others write, entries for files of before. It runs under the migration lock at every start and goes on where the last one ended.
/// </summary>
internal static class SubstringSetup
{
    private static readonly (string Name, string On)[] Indexes =
    [
        ("file_search_trigrams_1", "files using gin ((file_search_trigrams(path) collate \"C\"))"),
        ("file_search_trigrams_2", "content_texts using gin ((file_search_trigrams(text) collate \"C\"))"),
    ];

    /// <summary>Before the scripts, so that a database that refuses it is left as it was.</summary>
    public static async Task EnsureExtensionAsync(DbConnection connection, CancellationToken ct)
    {
        const string Sql = "create extension if not exists pg_trgm";
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(Sql, cancellationToken: ct));
        }
        catch (PostgresException e)
        {
            throw new SetupException(
                $"Substring search needs the PostgreSQL extension pg_trgm, which could not be created ({e.MessageText}): "
                    + "run 'create extension pg_trgm' in this database as a role that may, on a managed server after "
                    + "allowing it in the server's settings, and start again."
            );
        }
    }

    /// <summary>Builds what is missing, also after a build that was broken off; seconds for each 100 MB of text.</summary>
    public static async Task BuildIndexesAsync(DbConnection connection, CancellationToken ct)
    {
        foreach (var (name, on) in Indexes)
        {
            var (exists, isValid, isDone) = await connection.QuerySingleOrDefaultAsync<(bool, bool, bool)>(
                """
                select true, i.indisvalid, a.attstattarget is not distinct from 0
                from pg_index i join pg_attribute a on a.attrelid = i.indexrelid
                where i.indexrelid = to_regclass(@name)
                """,
                new { name }
            );
            if (exists && !isValid)
            {
                await RunAsync(connection, $"drop index concurrently {name}", ct);
            }

            if (!isValid)
            {
                await RunAsync(connection, $"create index concurrently {name} on {on}", ct);
            }

            if (!isValid || !isDone)
            {
                await RunAsync(connection, $"alter index {name} alter column 1 set statistics 0", ct);
            }
        }
    }

    /// <summary>Indexes the files without trigrams, each in a transaction of its own.</summary>
    public static async Task FillAsync(DbConnection connection, ISearchIndex<Guid> index, CancellationToken ct)
    {
        const string IsAnyMissing = """
            select exists (
                select 1 from file_search_keys k
                where not exists (select 1 from file_search_grams_docsize g where g.id = k.id))
            """;
        if (await connection.QuerySingleAsync<bool>(new CommandDefinition(IsAnyMissing, cancellationToken: ct)))
        {
            await index.RepairAsync(connection, ct);
        }
    }

    private static Task RunAsync(DbConnection connection, string sql, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: ct));
}
