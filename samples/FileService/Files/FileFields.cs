using FileService.Data;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>What of a file a caller may ask for and sort by; no other text of a caller reaches the SQL.</summary>
internal static class FileFields
{
    public const string Storages = "storages";

    public static readonly KeysetFields Sortable = new KeysetFields()
        .Add<string>("name", "f.name")
        .Add<string>("contentType", "f.content_type")
        .Add<long>("size", "f.size")
        .Add<long>("createdAt", "f.created_at")
        .Add<long>("updatedAt", "f.updated_at")
        .UniqueBy<Guid>("id", "f.id")
        .UniqueBy<string>("path", "f.path"); // within the workspace that every list is of

    public static readonly FieldMap Shown = new FieldMap()
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
        .AddLoaded(Storages, "f.id")
        .AddKeysOf(Sortable);

    /// <summary>The fields a caller named, or every plain one.</summary>
    /// <exception cref="ProblemException">400 names the unknown, empty or repeated field.</exception>
    public static FieldSelection Parse(string? fields) =>
        Shown.TryParse(fields, out var selection, out var error)
            ? selection
            : throw ProblemException.BadRequest(
                error.StartsWith("fields repeats", StringComparison.Ordinal) ? "repeated-field" : "unknown-field",
                error,
                "fields"
            );

    /// <summary>A sort key's value, for the cursor.</summary>
    public static object ValueOf(FileRow row, string field) =>
        field switch
        {
            "id" => row.Id,
            "path" => row.Path,
            "name" => row.Name,
            "contentType" => row.ContentType,
            "size" => row.Size,
            "createdAt" => row.CreatedAt,
            "updatedAt" => row.UpdatedAt,
            _ => throw new ArgumentOutOfRangeException(nameof(field), field, "Not a sort key."),
        };
}
