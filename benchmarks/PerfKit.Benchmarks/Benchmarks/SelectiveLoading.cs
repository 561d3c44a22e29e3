using System.Data.Common;
using BenchmarkDotNet.Attributes;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Benchmarks;

/// <summary>
/// A page of the file service's list: all ten columns against three, the price of a column list that is new, and that of reading
/// a caller's <c>fields=</c>.
/// </summary>
[MemoryDiagnoser]
public class SelectiveLoading
{
    private const int PageSize = 50;
    private const int Files = 10_000;

    private static readonly KeysetFields Sortable = new KeysetFields().UniqueBy<string>("path", "f.path");

    private static readonly FieldMap Map = new FieldMap()
        .Add("id", "f.id")
        .Add("workspaceId", "f.workspace_id")
        .Add("path", "f.path")
        .Add("name", "f.name")
        .Add("contentType", "f.content_type")
        .Add("size", "f.size")
        .Add("contentHash", "f.content_hash")
        .Add("version", "f.version")
        .Add("createdAt", "f.created_at")
        .Add("updatedAt", "f.updated_at")
        .AddKeysOf(Sortable);

    private readonly KeysetCursors _cursors = new(new KeysetCursorOptions { Keys = { new byte[32] } });
    private readonly TempFolder _folder = new();
    private PostgreSqlServer? _server;
    private DbConnection _connection = null!;
    private ISqlDialect _dialect = null!;
    private int _lists;

    [Params("postgresql", "sqlite")]
    public string Engine { get; set; } = "";

    [GlobalSetup]
    public async Task Fill()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        if (Engine == "postgresql")
        {
            _server = await PostgreSqlServer.StartPrivateAsync();
            _connection = new NpgsqlConnection($"{await _server.CreateDatabaseAsync()};Max Auto Prepare=50");
            _dialect = new PostgreSqlDialect(autoPrepares: true);
        }
        else
        {
            _connection = new SqliteConnection($"Data Source={_folder.File("files.db")}");
            _dialect = new SqliteDialect();
        }

        await _connection.OpenAsync();
        await _connection.ExecuteAsync(
            $"""
            create table files (id bigint not null primary key, workspace_id bigint not null, path text not null, name text not null,
                content_type text not null, size bigint not null, content_hash text not null, version bigint not null,
                created_at bigint not null, updated_at bigint not null);
            with recursive n(i) as (select 1 union all select i + 1 from n where i < {Files})
            insert into files select i, 7, 'documents/2026/report-' || (100000 + i) || '.md', 'report-' || (100000 + i) || '.md',
                'text/markdown; charset=utf-8', i * 7919 % 5000,
                'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78' || (100000 + i), 1, 1764000000000000, 1764000000000000 + i
            from n;
            create unique index files_by_path on files (workspace_id, path);
            analyze files
            """
        );
    }

    [Benchmark(Baseline = true)]
    public Task<KeysetPage<FileRow>> AllTen() => PageAsync(null);

    [Benchmark]
    public Task<KeysetPage<FileRow>> Three() => PageAsync("id,path,size");

    /// <summary>What a list of columns costs that was never read before, here with the page: a row reader is compiled for it.</summary>
    [Benchmark]
    public Task<KeysetPage<FileRow>> ThreeForTheFirstTime() =>
        PageAsync($"f.id, f.path, f.size as size{_lists++}", Order());

    [Benchmark]
    public string ParseAndWrite() => Selection("id,path,size").SelectList();

    [GlobalCleanup]
    public async Task Stop()
    {
        await _connection.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private static FieldSelection Selection(string? fields) =>
        Map.TryParse(fields, out var selection, out var error) ? selection : throw new InvalidOperationException(error);

    private static KeysetOrder Order() =>
        Sortable.TryParse("path", out var order, out var error) ? order : throw new InvalidOperationException(error);

    private Task<KeysetPage<FileRow>> PageAsync(string? fields)
    {
        var order = Order();
        return PageAsync(Selection(fields).SelectList(order), order);
    }

    private Task<KeysetPage<FileRow>> PageAsync(string list, KeysetOrder order) =>
        KeysetQuery.TryCreate(order, _cursors, "", null, PageSize, out var page, out var error)
            ? _connection.QueryPageAsync<FileRow>(
                _dialect,
                page,
                $"select {list} from files f where f.workspace_id = @workspace and {{range}}",
                new { workspace = 7L },
                static (row, _) => row.Path
            )
            : throw new InvalidOperationException(error);

    public sealed class FileRow
    {
        public long Id { get; init; }
        public long WorkspaceId { get; init; }
        public string? Path { get; init; }
        public string? Name { get; init; }
        public string? ContentType { get; init; }
        public long Size { get; init; }
        public string? ContentHash { get; init; }
        public long Version { get; init; }
        public long CreatedAt { get; init; }
        public long UpdatedAt { get; init; }
    }
}
