namespace FileService.Data;

/// <summary>A row of <c>workspaces</c>.</summary>
internal sealed class WorkspaceRow
{
    public Guid Id { get; init; }
    public string TenantId { get; init; } = "";
    public string Name { get; init; } = "";
}

/// <summary>A row of <c>files</c>. Times are microseconds since 1970 UTC.</summary>
internal class FileRow
{
    public Guid Id { get; init; }
    public string TenantId { get; init; } = "";
    public Guid WorkspaceId { get; init; }
    public string Path { get; init; } = "";
    public string Name { get; init; } = "";
    public string ContentType { get; init; } = "";
    public long Size { get; init; }
    public string ContentHash { get; init; } = "";
    public long Version { get; init; }
    public long? SourceMtime { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
}

/// <summary>A row of <c>storage_resources</c>; a null tenant is shared by all.</summary>
internal sealed class StorageRow
{
    public Guid Id { get; init; }
    public string? TenantId { get; init; }
    public string Kind { get; init; } = "";
    public string Locator { get; init; } = "";
}

/// <summary>Where a file's content lies, with the storage it lies on.</summary>
internal sealed class FileStorageRow
{
    public Guid FileId { get; init; }
    public Guid StorageResourceId { get; init; }
    public string Role { get; init; } = "";
    public string ContentHash { get; init; } = "";
    public long SyncedAt { get; init; }
    public string Locator { get; init; } = "";
}

/// <summary>A row of <c>jobs</c>.</summary>
internal sealed class JobRow
{
    public Guid Id { get; init; }
    public string? TenantId { get; init; }
    public string Kind { get; init; } = "";
    public string State { get; init; } = "";
    public long Done { get; init; }
    public long Total { get; init; }
    public string? Error { get; init; }
    public long HeartbeatAt { get; init; }
    public long CreatedAt { get; init; }
}
