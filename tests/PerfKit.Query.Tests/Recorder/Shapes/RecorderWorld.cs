using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>A small database on one engine, as programs see it: through its data source.</summary>
internal sealed class RecorderWorld : IAsyncDisposable
{
    private readonly IAsyncDisposable? _server;
    private readonly TempFolder? _folder;

    private RecorderWorld(string engine, DbDataSource source, IAsyncDisposable? server, TempFolder? folder)
    {
        Engine = engine;
        Source = source;
        _server = server;
        _folder = folder;
    }

    public string Engine { get; }

    public DbDataSource Source { get; }

    public ISqlDialect Dialect => Engine == "sqlite" ? new SqliteDialect() : new PostgreSqlDialect();

    /// <summary>A database with 100 items in ten folders.</summary>
    /// <param name="engine"><c>sqlite</c> or <c>postgresql</c>.</param>
    /// <param name="ownServer">Starts a PostgreSQL of its own, where nobody shares one.</param>
    public static async Task<RecorderWorld> CreateAsync(string engine, bool ownServer = false)
    {
        RecorderWorld world;
        if (engine == "sqlite")
        {
            SqliteDiagnostics.Enable();
            var folder = new TempFolder();
            var source = SqliteFactory.Instance.CreateDataSource($"Data Source={folder.File("recorder.db")}");
            world = new RecorderWorld(engine, source, null, folder);
        }
        else
        {
            var server = ownServer ? await PostgreSqlServer.StartPrivateAsync() : await PostgreSqlServer.SharedAsync();
            var source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
            world = new RecorderWorld(engine, source, ownServer ? server : null, null);
        }

        await using var connection = await world.OpenAsync();
        await connection.ExecuteAsync(
            "create table items (id integer primary key, folder integer not null, name text not null)"
        );
        foreach (var id in Enumerable.Range(1, 100))
        {
            await connection.ExecuteAsync(
                "insert into items (id, folder, name) values (@id, @folder, @name)",
                new
                {
                    id,
                    folder = id % 10,
                    name = $"item {id}",
                }
            );
        }

        return world;
    }

    public ValueTask<DbConnection> OpenAsync() => Source.OpenConnectionAsync();

    public ItemsContext Context()
    {
        var options = new DbContextOptionsBuilder<ItemsContext>();
        return new ItemsContext(
            (
                Engine == "sqlite"
                    ? options.UseSqlite(Source.ConnectionString)
                    : options.UseNpgsql((NpgsqlDataSource)Source)
            ).Options
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        if (_folder is not null)
        {
            SqliteConnection.ClearAllPools();
            _folder.Dispose();
        }
    }
}

internal sealed class ItemsContext(DbContextOptions<ItemsContext> options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<Item>(item =>
        {
            item.ToTable("items");
            item.Property(i => i.Id).HasColumnName("id").ValueGeneratedNever();
            item.Property(i => i.Folder).HasColumnName("folder");
            item.Property(i => i.Name).HasColumnName("name");
        });
}

internal sealed class Item
{
    public int Id { get; set; }
    public int Folder { get; set; }
    public string Name { get; set; } = "";
}
