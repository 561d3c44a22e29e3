using PerfKit.Query;

namespace FileService.Data;

/// <summary>The index over words and pieces of paths and texts; a search is narrowed to a workspace.</summary>
internal static class FileSearchIndex
{
    private const string Name = "file_search";

    private const string Files = """
        select f.id as key, f.workspace_id as scope, f.path as title, t.text
        from files f left join content_texts t on t.tenant_id = f.tenant_id and t.hash = f.content_hash
        """;

    public static ISearchIndex<Guid> Of(Engine engine) =>
        engine == Engine.PostgreSql
            ? new PostgreSqlSearchIndex<Guid>(Name, Files, [("files", "path"), ("content_texts", "text")])
            : new SqliteSearchIndex<Guid>(Name, Files, substring: true);
}
