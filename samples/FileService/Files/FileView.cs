using System.Text.Json.Serialization;
using FileService.Data;

namespace FileService.Files;

/// <summary>A file as callers see it; what they did not ask for is null and left out.</summary>
internal sealed record FileView
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? WorkspaceId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ContentHash { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Version { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<StorageView>? Storages { get; init; }

    public static FileView From(FileRow row, IEnumerable<FileStorageRow>? storages = null) =>
        From(row, FileFields.Parse(null), storages);

    public static FileView From(FileRow row, IReadOnlySet<string> fields, IEnumerable<FileStorageRow>? storages) =>
        new()
        {
            Id = fields.Contains("id") ? row.Id : null,
            WorkspaceId = fields.Contains("workspaceId") ? row.WorkspaceId : null,
            Path = fields.Contains("path") ? row.Path : null,
            Name = fields.Contains("name") ? row.Name : null,
            ContentType = fields.Contains("contentType") ? row.ContentType : null,
            Size = fields.Contains("size") ? row.Size : null,
            ContentHash = fields.Contains("contentHash") ? row.ContentHash : null,
            Version = fields.Contains("version") ? row.Version : null,
            CreatedAt = fields.Contains("createdAt") ? Micros.ToUtc(row.CreatedAt) : null,
            UpdatedAt = fields.Contains("updatedAt") ? Micros.ToUtc(row.UpdatedAt) : null,
            Storages = storages?.Select(static s => new StorageView(
                s.StorageResourceId,
                s.Role,
                s.ContentHash,
                Micros.ToUtc(s.SyncedAt)
            )),
        };
}

/// <summary>Where a copy of a file's content lies.</summary>
internal sealed record StorageView(Guid StorageId, string Role, string ContentHash, DateTime SyncedAt);
