using Dapper;
using Microsoft.Data.Sqlite;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Sqlite;

public sealed class SqliteDataSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_connection_has_WAL_foreign_keys_and_a_short_wait(bool opened)
    {
        await using var source = new SqliteDataSource($"Data Source={Path}");
        await using var connection = opened ? await source.OpenConnectionAsync() : source.CreateConnection();
        if (!opened)
        {
            await connection.OpenAsync();
        }

        (await connection.ExecuteScalarAsync<string>("pragma journal_mode")).Should().Be("wal");
        (await connection.ExecuteScalarAsync<int>("pragma foreign_keys")).Should().Be(1);
        (await connection.ExecuteScalarAsync<int>("pragma busy_timeout")).Should().Be(100);
    }

    [Fact]
    public async Task The_connection_string_has_the_last_word_on_foreign_keys()
    {
        await using var source = new SqliteDataSource($"Data Source={Path};Foreign Keys=False");
        await using var connection = await source.OpenConnectionAsync();

        (await connection.ExecuteScalarAsync<int>("pragma foreign_keys")).Should().Be(0);
    }

    [Fact]
    public async Task A_hundred_that_open_a_new_file_at_once_all_get_it()
    {
        await using var source = new SqliteDataSource($"Data Source={Path}");

        var connections = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => Task.Run(async () => await source.OpenConnectionAsync()))
        );

        foreach (var connection in connections)
        {
            (await connection.ExecuteScalarAsync<string>("pragma journal_mode")).Should().Be("wal");
            await connection.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("{0};Mode=ReadOnly", "delete")]
    [InlineData("file:{0}?immutable=1", "delete")]
    [InlineData(":memory:", "memory")]
    [InlineData("", "delete")]
    public async Task Read_only_and_in_memory_databases_keep_their_mode(string source, string mode)
    {
        Create(Path);
        await using var quiet = new SqliteDataSource($"Data Source={string.Format(null, source, Path)};Pooling=False");
        await using var connection = await quiet.OpenConnectionAsync();

        (await connection.ExecuteScalarAsync<string>("pragma journal_mode")).Should().Be(mode);
        var read = await connection.TransactAsync((c, t) => c.ExecuteScalarAsync<int>("select 1", transaction: t));
        read.Should().Be(1);
    }

    [SkippableFact]
    public async Task Where_WAL_cannot_be_a_sentence_says_so_and_nothing_stays_open()
    {
        Skip.If(
            OperatingSystem.IsWindows(),
            "Stands for a network disk: a file system of SQLite that has no shared memory."
        );
        Create(Path);
        await using var source = new SqliteDataSource($"Data Source={Path};Vfs=unix-dotfile");
        await using var connection = source.CreateConnection();

        var open = () => connection.OpenAsync();

        await open.Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage(
                $"'{Path}' cannot have a write-ahead log (it stays in mode 'delete'*local disk*Mode=ReadOnly."
            );
        connection.State.Should().Be(System.Data.ConnectionState.Closed);
    }

    [Fact]
    public async Task A_file_that_others_keep_locked_is_named()
    {
        Create(Path);
        await using var other = new SqliteConnection($"Data Source={Path};Pooling=False");
        await other.OpenAsync();
        await other.ExecuteAsync("begin; select count(*) from t");
        await using var source = new SqliteDataSource($"Data Source={Path};Default Timeout=1;Pooling=False");

        var open = () => source.OpenConnectionAsync().AsTask();

        await open.Should().ThrowAsync<InvalidOperationException>().WithMessage($"'{Path}' *database is locked*");
    }

    [Fact]
    public async Task A_statement_of_RunAsync_that_waits_for_a_lock_ends_with_the_timeout_of_its_command()
    {
        await using var source = new SqliteDataSource($"Data Source={Path}");
        await using var other = await source.OpenConnectionAsync();
        await other.ExecuteAsync("create table t (i integer); begin immediate");
        await using var connection = await source.OpenConnectionAsync();
        using var cancel = new CancellationTokenSource();

        var run = connection.RunAsync(c => c.ExecuteAsync("insert into t values (1)", commandTimeout: 1), cancel.Token);
        await cancel.CancelAsync(); // Heard by no wait for a lock.

        (await ((Func<Task>)(() => run)).Should().ThrowAsync<SqliteException>())
            .Which.SqliteErrorCode.Should()
            .Be(SQLitePCL.raw.SQLITE_BUSY);
    }

    private string Path => _folder.File("source.db");

    private static void Create(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        connection.Execute("create table t (i integer)");
    }
}
