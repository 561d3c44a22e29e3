namespace FileService.LivePage;

/// <summary>What the page says about the store. The host answers from its database.</summary>
internal interface IStoreSummary
{
    ValueTask<StoreSummary> GetAsync(CancellationToken ct);
}

/// <summary>Counts of what is stored. Logical bytes count every file, stored bytes equal contents once.</summary>
internal sealed record StoreSummary(
    long Workspaces,
    long Files,
    long LogicalBytes,
    long StoredBytes,
    IReadOnlyList<RecentFile> Recent,
    IReadOnlyList<JobLine> Jobs
);

/// <summary>A file that the page links to.</summary>
internal sealed record RecentFile(Guid Id, string Path, long Size);

/// <summary>A job and how far it is; state as in <c>GET /jobs/{id}</c>.</summary>
internal sealed record JobLine(string Kind, string State, long Done, long Total);
