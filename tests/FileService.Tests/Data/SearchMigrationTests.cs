using System.Data.Common;
using Dapper;
using FileService.Data;
using FileService.Setup;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;
using PerfKit.TestKit;

namespace FileService.Tests.Data;

/// <summary>Files of before version 5 of the schema, which made entries, and 6, which made them found by pieces.</summary>
public sealed class SearchMigrationTests
{
    private static readonly Guid Old = Guid.Parse("0198ac00-0000-7000-8000-00000000abcd");
    private static readonly Guid New = Guid.Parse("0198ac00-0000-7000-8000-00000000abce");
    private static readonly Guid Workspace = Guid.Parse("0198ac00-0000-7000-8000-00000000ffff");

    [SkippableTheory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Entries_of_version_4_are_found_replaced_and_removed(string engineName)
    {
        var engine = Enum.Parse<FileService.Data.Engine>(engineName);
        await using var connection = await OpenAsync(engine);
        await MigrateAsync(connection, engineName, 1, 4);
        await InsertFileAsync(connection, Old);
        await connection.ExecuteAsync(
            engine == FileService.Data.Engine.Sqlite
                ? "insert into file_search (rowid, path_terms, text_terms) values (1, 'old txt ', 'zebra ')"
                : $"insert into file_search values ('{Old}', '{Workspace}', 'old:1A txt:2A zebra:3')"
        );

        await MigrateAsync(connection, engineName, 5, 6);
        var index = FileSearchIndex.Of(engine);
        await InsertFileAsync(connection, New);
        await index.PutAsync(connection, new SearchDocument<Guid>(New, Workspace, "new.txt", "zebra"));

        (await FindAsync(index, connection, "zebra")).Should().BeEquivalentTo([Old, New]);

        await index.PutAsync(connection, new SearchDocument<Guid>(Old, Workspace, "old.txt", "giraffe"));
        (await FindAsync(index, connection, "zebra")).Should().Equal(New);
        (await FindAsync(index, connection, "giraffe old")).Should().Equal(Old);

        await index.RemoveAsync(connection, Old);
        (await FindAsync(index, connection, "txt")).Should().Equal(New);
    }

    [SkippableTheory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Files_of_version_5_are_found_by_pieces_also_when_the_migration_was_broken_off(string engineName)
    {
        var engine = Enum.Parse<FileService.Data.Engine>(engineName);
        var index = FileSearchIndex.Of(engine);
        await using var connection = await OpenAsync(engine);
        await MigrateAsync(connection, engineName, 1, 4);
        await InsertFileAsync(connection, Old);
        await MigrateAsync(connection, engineName, 5, 6);

        await FinishAsync(connection, engine, index);
        (await FindPieceAsync(index, connection, "EBR")).Should().Equal(Old);

        // One file written and one left, as if the program had been killed in between; on PostgreSQL an index of no use.
        await InsertFileAsync(connection, New);
        await connection.ExecuteAsync(
            engine == FileService.Data.Engine.Sqlite
                ? $"insert into file_search_keys (key, scope) values ('{New}', '{Workspace}')"
                : "update pg_index set indisvalid = false where indexrelid = 'file_search_trigrams_2'::regclass"
        );
        await FinishAsync(connection, engine, index);

        (await FindPieceAsync(index, connection, "EBR")).Should().Equal(Old, New);
        (await FindPieceAsync(index, connection, "ew.t")).Should().Equal(New);
        if (engine == FileService.Data.Engine.PostgreSql)
        {
            var valid = await connection.QueryAsync<bool>(
                "select indisvalid from pg_index where indexrelid::regclass::text like 'file_search_trigrams%'"
            );
            valid.Should().Equal(true, true);

            // Killed between the two statements of an index.
            await connection.ExecuteAsync("alter index file_search_trigrams_1 alter column 1 set statistics -1");
            await FinishAsync(connection, engine, index);
            var kept = await connection.QueryAsync<int>(
                "select attstattarget::int from pg_attribute where attrelid::regclass::text like 'file_search_trigrams%'"
            );
            kept.Should().Equal(0, 0);
        }
    }

    [SkippableFact]
    public async Task Migration_by_a_role_that_may_not_create_pg_trgm_names_it_and_the_way_out()
    {
        await using var owner = await OpenAsync(FileService.Data.Engine.PostgreSql);
        var role = $"r{Guid.NewGuid():N}";
        await owner.ExecuteAsync($"create role {role}; set role {role}");

        var ensure = () => SubstringSetup.EnsureExtensionAsync(owner, default);

        (await ensure.Should().ThrowAsync<SetupException>()).WithMessage(
            "*pg_trgm*permission denied*'create extension pg_trgm'*"
        );
        await owner.ExecuteAsync($"reset role; create extension pg_trgm; set role {role}");
        await ensure.Should().NotThrowAsync("somebody else made it");
    }

    private static Task FinishAsync(
        DbConnection connection,
        FileService.Data.Engine engine,
        ISearchIndex<Guid> index
    ) =>
        engine == FileService.Data.Engine.Sqlite
            ? SubstringSetup.FillAsync(connection, index, default)
            : SubstringSetup.BuildIndexesAsync(connection, default);

    private static async Task<DbConnection> OpenAsync(FileService.Data.Engine engine)
    {
        DbConnection connection =
            engine == FileService.Data.Engine.Sqlite
                ? new SqliteConnection("Data Source=:memory:")
                : new NpgsqlConnection(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync());
        await connection.OpenAsync();
        return connection;
    }

    private static async Task MigrateAsync(DbConnection connection, string engine, int first, int last)
    {
        var assembly = typeof(FileSearchIndex).Assembly;
        for (var version = first; version <= last; version++)
        {
            var name = assembly
                .GetManifestResourceNames()
                .Single(n => n.Contains($"Migrations.{engine}.V{version}__", StringComparison.Ordinal));
            if (engine == "PostgreSql" && version == 6)
            {
                await SubstringSetup.EnsureExtensionAsync(connection, default);
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await connection.ExecuteAsync(await reader.ReadToEndAsync());
        }
    }

    private static async Task InsertFileAsync(DbConnection connection, Guid id) =>
        await connection.ExecuteAsync(
            """
            insert into workspaces values (@Workspace, 't', 'w', 0) on conflict do nothing;
            insert into contents values ('t', 'h', 0, 0) on conflict do nothing;
            insert into content_texts values ('t', 'h', 'a zebra') on conflict do nothing;
            insert into files (id, tenant_id, workspace_id, path, name, content_type, size, content_hash, version, created_at, updated_at)
            values (@id, 't', @Workspace, @path, 'n', 'text/plain', 0, 'h', 1, 0, 0)
            """,
            new
            {
                id,
                Workspace,
                path = id == Old ? "old.txt" : "new.txt",
            }
        );

    private static async Task<List<Guid>> FindAsync(ISearchIndex<Guid> index, DbConnection connection, string q)
    {
        var cursors = new KeysetCursors(new KeysetCursorOptions { Keys = { new byte[32] } });
        SearchQuery.TryParse(q, out var query, out _).Should().BeTrue();
        KeysetQuery.TryCreate(index.ByRank, cursors, q, null, 50, out var page, out _).Should().BeTrue();
        var hits = await index.FindAsync(connection, query!, page!, Workspace);
        return [.. hits.Page.Items.Select(static hit => hit.Key)];
    }

    private static async Task<List<Guid>> FindPieceAsync(ISearchIndex<Guid> index, DbConnection connection, string q)
    {
        var cursors = new KeysetCursors(new KeysetCursorOptions { Keys = { new byte[32] } });
        KeysetQuery.TryCreate(index.ByKey, cursors, q, null, 50, out var page, out _).Should().BeTrue();
        var hits = await index.FindSubstringAsync(connection, q, page!, Workspace);
        return [.. hits.Page.Items.Select(static hit => hit.Key)];
    }
}
