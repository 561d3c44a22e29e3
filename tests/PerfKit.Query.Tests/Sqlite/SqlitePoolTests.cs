using Dapper;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Sqlite;

/// <summary>Runs apart, because other tests clear the pools of the whole process, and this one looks at who closes its own.</summary>
[CollectionDefinition(nameof(SqlitePoolTests), DisableParallelization = true)]
[Collection(nameof(SqlitePoolTests))]
public sealed class SqlitePoolTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Disposed_it_closes_its_own_pool_and_opens_nothing()
    {
        var path = _folder.File("pool.db");
        var other = new SqliteDataSource($"Data Source={path}");
        var source = new SqliteDataSource($"Data Source={path};Default Timeout=29");
        foreach (var each in new[] { other, source })
        {
            await using var connection = await each.OpenConnectionAsync();
            await connection.ExecuteAsync("create table if not exists t (i integer)");
        }

        await source.DisposeAsync();

        File.Exists(path + "-wal").Should().BeTrue("the other's pool still has the file open");
        await other.DisposeAsync();
        File.Exists(path + "-wal").Should().BeFalse("who closes a database last puts its log away");
        var open = () => source.OpenConnectionAsync().AsTask();
        await open.Should().ThrowAsync<ObjectDisposedException>();
    }
}
