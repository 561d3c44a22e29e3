using Dapper;
using PerfKit.Query.Internal;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Sqlite;

/// <summary>Who comes while another writes.</summary>
public sealed class SqliteWriterTurnsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly SqliteDataSource _source;

    public SqliteWriterTurnsTests()
    {
        _source = new SqliteDataSource($"Data Source={_folder.File("turns.db")}");
        using var connection = _source.OpenConnection();
        connection.Execute("create table t (i integer not null)");
    }

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_writer_with_the_largest_timeout_waits_its_turn()
    {
        await using var first = await _source.OpenConnectionAsync();
        await using var second = await _source.OpenConnectionAsync();
        second.DefaultTimeout = int.MaxValue;
        var go = new TaskCompletionSource<int>();
        var running = first.TransactAsync((_, _) => go.Task);

        var write = second.TransactAsync((c, t) => c.ExecuteAsync("insert into t values (1)", transaction: t));

        WriterTurns.CountWaiting(first.DataSource).Should().Be(1);
        go.SetResult(0);
        await running.WaitAsync(Patience);
        (await write.WaitAsync(Patience)).Should().Be(1);
    }

    [Fact]
    public async Task A_repair_of_a_search_index_waits_its_turn()
    {
        await using var first = await _source.OpenConnectionAsync();
        await using var second = await _source.OpenConnectionAsync();
        var index = new SqliteSearchIndex<long>(
            "t_search",
            "select i as key, null as scope, 'title' as title, null as text from t"
        );
        await second.ExecuteAsync(index.CreateSql + "; insert into t values (1)");
        var go = new TaskCompletionSource<int>();
        var running = first.TransactAsync((_, _) => go.Task);

        var repair = index.RepairAsync(second);

        WriterTurns.CountWaiting(first.DataSource).Should().Be(1);
        go.SetResult(0);
        await running.WaitAsync(Patience);
        (await repair.WaitAsync(Patience)).Missing.Should().Be(1);
    }
}
