using System.Data.Common;
using Dapper;
using Npgsql;

namespace PerfKit.Query.Tests.Search;

public sealed class SearchDriftTests
{
    public static TheoryData<string> Both => Engines.Both;

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Check_of_what_was_written_through_the_index_finds_nothing(string engine)
    {
        await using var stand = await FilledAsync(engine, 1_100);
        await stand.PutAsync(3, "cafe\u0301", "not in form C: e\u0301", owner: null);
        await stand.PutAsync(4, new string('x', 20_000), null);
        await stand.RemoveAsync(5);

        (await stand.Index.CheckAsync(stand.Connection)).Should().Be(new SearchDrift(1_099, 0, 0, 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Repair_of_writes_past_the_index_counts_them_and_finds_them_afterwards(string engine)
    {
        await using var stand = await FilledAsync(engine, 1_100);
        await stand.Connection.ExecuteAsync(
            """
            delete from docs where id in (1, 2, 700);
            insert into docs values (-5, 'a', 'new', 'zebra'), (5000, 'b', 'zebra', null);
            update docs set body = 'zebra' where id in (10, 500, 501, 1000);
            update docs set path = 'zebra' where id = 20;
            update docs set owner = 'c', body = 'zebra' where id = 30;
            update docs set owner = null where id = 31
            """
        );
        var expected = new SearchDrift(1_099, Missing: 2, Stale: 7, Surplus: 3);

        (await stand.Index.CheckAsync(stand.Connection)).Should().Be(expected);
        (await stand.AllAsync("zebra")).Should().BeEmpty("a check changes nothing");
        (await stand.Index.RepairAsync(stand.Connection)).Should().Be(expected);
        (await stand.Index.CheckAsync(stand.Connection)).Should().Be(new SearchDrift(1_099, 0, 0, 0));

        long[] zebras = [-5, 10, 20, 30, 500, 501, 1_000, 5_000];
        (await stand.AllAsync("zebra")).Select(static h => h.Key).Should().BeEquivalentTo(zebras);
        (await stand.AllAsync("zebra", "c")).Select(static h => h.Key).Should().Equal(30);
        (await stand.AllSubstringAsync("ebra")).Select(static h => h.Key).Should().Equal(zebras);
        (await stand.AllAsync("doc 700")).Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task Repair_of_an_empty_index_fills_it(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await stand.Connection.ExecuteAsync("insert into docs values (1, 'a', 'x', 'alpha'), (2, 'a', 'alpha', 'x')");

        (await stand.Index.RepairAsync(stand.Connection)).Should().Be(new SearchDrift(2, Missing: 2, 0, 0));
        (await stand.AllAsync("alpha")).Select(static h => h.Key).Should().Equal(2, 1);
    }

    [SkippableFact]
    public async Task Repair_on_SQLite_finds_keys_whose_words_or_trigrams_are_gone()
    {
        await using var stand = await FilledAsync("sqlite", 10);
        await stand.Connection.ExecuteAsync(
            """
            delete from docs_search where rowid = (select id from docs_search_keys where key = 3);
            delete from docs_search_grams where rowid = (select id from docs_search_keys where key = 4);
            replace into docs_search_keys (key, scope, hash) select key, scope, hash from docs_search_keys where key = 5
            """
        );

        (await stand.Index.RepairAsync(stand.Connection)).Should().Be(new SearchDrift(10, Missing: 3, 0, 0));
        (await stand.AllAsync("doc alpha")).Should().HaveCount(10);
        (await stand.AllSubstringAsync("lph")).Should().HaveCount(10);
    }

    [SkippableFact]
    public async Task Remove_on_SQLite_leaves_neither_words_nor_trigrams()
    {
        await using var stand = await FilledAsync("sqlite", 3);
        await stand.RemoveAsync(2);

        foreach (var table in (string[])["docs_search_keys", "docs_search_docsize", "docs_search_grams_docsize"])
        {
            (await stand.Connection.ExecuteScalarAsync<long>($"select count(*) from {table}")).Should().Be(2);
        }
    }

    /// <summary>The writer changes document and entry; the repair saw the document before, and must not index that.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Repair_beside_a_writer_of_the_same_document_indexes_what_the_writer_wrote(bool hadEntry)
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await stand.Connection.ExecuteAsync("insert into docs values (1, 'a', 'x', 'alpha')");
        if (hadEntry)
        {
            await stand.Index.PutAsync(stand.Connection, new(1, "a", "x", "outdated"));
        }

        await using var other = new NpgsqlConnection(stand.Connection.ConnectionString);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync("update docs set body = 'beta'", transaction: transaction);
        await stand.Index.PutAsync(other, new(1, "a", "x", "beta"), transaction);

        var repair = stand.Index.RepairAsync(stand.Connection);
        await WaitForBlockedAsync(other, transaction);
        await transaction.CommitAsync();
        await repair;

        (await stand.AllAsync("beta")).Select(static h => h.Key).Should().Equal(1);
        (await stand.Index.CheckAsync(stand.Connection)).IsNone.Should().BeTrue();
    }

    private static async Task WaitForBlockedAsync(NpgsqlConnection connection, DbTransaction transaction)
    {
        const string Blocked =
            "select count(*) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))";
        while (await connection.ExecuteScalarAsync<long>(Blocked, transaction: transaction) == 0)
        {
            await Task.Yield();
        }
    }

    private static async Task<SearchStand> FilledAsync(string engine, int count)
    {
        var stand = await SearchStand.StartAsync(engine);
        for (var id = 1; id <= count; id++)
        {
            await stand.PutAsync(id, $"doc {id}", "alpha");
        }

        return stand;
    }
}
