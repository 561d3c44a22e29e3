using FileService.Data;

namespace FileService.Files;

/// <summary>How far a running job is; its work counts up, the runner writes it down.</summary>
internal sealed class JobProgress(Guid id, string? tenant, string kind, long createdAt)
{
    private long _done;
    private long _total;

    public Guid Id => id;

    public string Kind => kind;

    public bool Started { get; set; }

    public void AddTotal(long count) => Interlocked.Add(ref _total, count);

    public void AddDone(long count) => Interlocked.Add(ref _done, count);

    public JobRow ToRow(string state, string? error, long now) =>
        new()
        {
            Id = id,
            TenantId = tenant,
            Kind = kind,
            State = state,
            Done = Interlocked.Read(ref _done),
            Total = Interlocked.Read(ref _total),
            Error = error,
            HeartbeatAt = now,
            CreatedAt = createdAt,
        };
}
