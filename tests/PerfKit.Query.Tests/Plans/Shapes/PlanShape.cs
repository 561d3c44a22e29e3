using System.Data.Common;

namespace PerfKit.Query.Tests.Plans.Shapes;

/// <summary>A kind of statement, an index, and whether the statement seeks in it.</summary>
internal sealed record PlanShape(string Name, bool Seeks, string Index, string Sql)
{
    private const string Indexes = """
        create index f_path on files (ws, path, id);
        create index f_at on files (ws, at desc, path, id);
        create index f_kind on files (ws, kind, at);
        create index f_size on files (ws, size, id);
        create index f_lower on files (ws, lower(path));
        create index s_file on storages (file_id, storage_id)
        """;

    /// <summary>Whether it seeks on SQLite, where that is another matter.</summary>
    public bool? SeeksOnSqlite { get; init; }

    public static IReadOnlyList<PlanShape> All { get; } =
    [
        Good("row value", "f_path", "(path, id) > ('a', 5) order by path, id limit 51"),
        Good("row value backward", "f_path", "(path, id) < ('a', 5) order by path desc, id desc limit 51"),
        Good(
            "bounded, mixed directions",
            "f_at",
            "at <= 5 and case when at = 5 then (path, id) > ('a', 5) else true end order by at desc, path, id limit 51"
        ),
        Good("first page", "f_path", "1=1 order by path, id limit 51"),
        Good("nulls", "f_size", "size is null and id > 5 order by size, id limit 51"),
        Good("list", "f_path", "path in ('a', 'b')"),
        new("expression", Seeks: true, "f_lower", "select size from files where ws = 1 and lower(path) = 'a'"),
        Good("filter beside the bound", "f_path", "path > 'a' and kind = 3 order by path limit 51"),
        Good("equality, then the bound", "f_kind", "kind = 2 and at < 9 order by at desc limit 51"),
        new(
            "join",
            Seeks: true,
            "s_file",
            "select s.storage_id from files f join storages s on s.file_id = f.id where f.ws = 1 and f.path = 'a'"
        ),
        Good("range with two ends", "f_at", "at between 3 and 9 order by at desc limit 51"),
        new(
            "alias",
            Seeks: true,
            "f_path",
            "select x.id from files x where x.ws = 1 and x.path > 'a' and x.path < 'b'"
        ),
        new("update", Seeks: true, "f_path", "update files set size = 1 where ws = 1 and path = 'a'"),
        new("greatest", Seeks: true, "f_kind", "select max(at) from files where ws = 1 and kind = 3"),
        new("second column alone", Seeks: false, "s_file", "select file_id from storages where storage_id = 4"),
        Bad(
            "naive OR",
            "f_at",
            "(at < 5 or (at = 5 and (path, id) > ('a', 5))) order by at desc, path, id limit 51"
        ) with
        {
            SeeksOnSqlite = true, // It sees at <= 5 in it.
        },
        Bad("OR with nulls", "f_size", "(size > 5 or size is null) order by size, id limit 51"),
        Bad("order of no index", "f_path", "path > 'a' order by size"),
        Bad("last column turned", "f_path", "path > 'a' order by path, id desc limit 51"),
        Bad("column left out", "f_kind", "at < 5 order by kind, at limit 51"),
        Bad("function over the column", "f_path", "upper(path) = 'A'"),
        Bad("LIKE with a wildcard in front", "f_path", "path like '%a%' order by path, id limit 51"),
        Bad("coalesce", "f_size", "coalesce(size, 0) > 5 order by size, id limit 51"),
        Bad("arithmetic", "f_at", "at + 1 < 5 order by at desc, path, id limit 51"),
        Bad("not equal", "f_path", "path <> 'a' order by path, id limit 51"),
        Bad("OR over two columns", "f_path", "(path = 'a' or size = 5)"),
        Bad("another index", "f_size", "(path, id) > ('a', 5) order by path, id limit 51"),
        new(
            "first column missing",
            Seeks: false,
            "f_path",
            "select id from files where path > 'a' order by path limit 51"
        ),
    ];

    public static string Schema(string engine) =>
        $"""
            create table files (ws int not null, path text {(engine == "sqlite" ? "" : "collate \"C\"")} not null,
                kind int not null, size bigint, at bigint not null, id bigint not null primary key);
            create table storages (file_id bigint not null, storage_id bigint not null);
            {Indexes}
            """;

    /// <summary>Null, or what is wrong with the verdict.</summary>
    public async Task<string?> WrongAsync(DbConnection connection, ISqlDialect dialect)
    {
        var seeks = dialect.Name == "sqlite" ? SeeksOnSqlite ?? Seeks : Seeks;
        try
        {
            await connection.MustSeekAsync(dialect, Sql, Index);
            return seeks ? null : $"{dialect.Name}, {Name}: passes";
        }
        catch (PlanException e)
        {
            return seeks ? $"{dialect.Name}, {Name}: {e.Message}" : null;
        }
    }

    private static PlanShape Good(string name, string index, string rest) =>
        new(name, Seeks: true, index, $"select id from files where ws = 1 and {rest}");

    private static PlanShape Bad(string name, string index, string rest) =>
        Good(name, index, rest) with
        {
            Seeks = false,
        };
}
