using System.Collections.Frozen;
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

    private static readonly FrozenDictionary<string, string> Columns = new Dictionary<string, string>
    {
        ["id"] = "f.id",
        ["workspaceId"] = "f.workspace_id",
        ["path"] = "f.path",
        ["name"] = "f.name",
        ["contentType"] = "f.content_type",
        ["size"] = "f.size",
        ["contentHash"] = "f.content_hash",
        ["version"] = "f.version",
        ["createdAt"] = "f.created_at",
        ["updatedAt"] = "f.updated_at",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> AllOfAFile = Columns.Keys.ToFrozenSet();

    /// <summary>The fields a caller named, or every plain one.</summary>
    /// <exception cref="ProblemException">400 names the unknown, empty or repeated field.</exception>
    public static FrozenSet<string> Parse(string? fields)
    {
        if (string.IsNullOrEmpty(fields))
        {
            return AllOfAFile;
        }

        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.Split(','))
        {
            if (!Columns.ContainsKey(field) && field != Storages)
            {
                throw ProblemException.BadRequest(
                    "unknown-field",
                    $"There is no field '{ProblemException.Shorten(field)}'; the fields are "
                        + $"{string.Join(", ", AllOfAFile.Order(StringComparer.Ordinal))} and {Storages}.",
                    "fields"
                );
            }

            if (!wanted.Add(field))
            {
                throw ProblemException.BadRequest("repeated-field", $"The field '{field}' is named twice.", "fields");
            }
        }

        return wanted.ToFrozenSet();
    }

    /// <summary>The columns to read, in one order so that statement shapes stay few; sort keys and the id always.</summary>
    public static string Select(IReadOnlySet<string> fields, KeysetOrder order)
    {
        var wanted = fields
            .Concat(order.Columns.Select(static c => c.Name))
            .Append("id")
            .ToHashSet(StringComparer.Ordinal);
        return string.Join(
            ", ",
            Columns.Where(c => wanted.Contains(c.Key)).Select(c => c.Value).Order(StringComparer.Ordinal)
        );
    }

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
