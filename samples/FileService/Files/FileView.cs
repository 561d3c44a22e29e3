using System.Text.Json.Serialization;
using FileService.Data;
using PerfKit.Query;

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
    public IReadOnlyList<StorageView>? Storages { get; init; }

    public static FileView From(FileRow row, IEnumerable<FileStorageRow>? storages = null) =>
        From(row, FileFields.Parse(null), storages);

    public static FileView From(FileRow row, FieldSelection fields, IEnumerable<FileStorageRow>? storages) =>
        new()
        {
            Id = fields.Shows("id") ? row.Id : null,
            WorkspaceId = fields.Shows("workspaceId") ? row.WorkspaceId : null,
            Path = fields.Shows("path") ? row.Path : null,
            Name = fields.Shows("name") ? row.Name : null,
            ContentType = fields.Shows("contentType") ? row.ContentType : null,
            Size = fields.Shows("size") ? row.Size : null,
            ContentHash = fields.Shows("contentHash") ? row.ContentHash : null,
            Version = fields.Shows("version") ? row.Version : null,
            CreatedAt = fields.Shows("createdAt") ? Micros.ToUtc(row.CreatedAt) : null,
            UpdatedAt = fields.Shows("updatedAt") ? Micros.ToUtc(row.UpdatedAt) : null,
            Storages = storages is null ? null : [.. storages.Select(ViewOf)],
        };

    private static StorageView ViewOf(FileStorageRow row) =>
        new(row.StorageResourceId, row.Role, row.ContentHash, Micros.ToUtc(row.SyncedAt));
}

/// <summary>Where a copy of a file's content lies.</summary>
internal sealed record StorageView(Guid StorageId, string Role, string ContentHash, DateTime SyncedAt);
