using FileService.Data;
using FileService.Files;

namespace FileService.Rollout;

/// <summary>Syncs on the side the tenant's flag names when the job begins. Never in the shadow: a sync writes.</summary>
internal sealed class SwitchingStorageSync(
    [FromKeyedServices(Side.Before)] IStorageSync before,
    [FromKeyedServices(Side.After)] IStorageSync after,
    RolloutFlags flags
) : IStorageSync
{
    public async Task SyncAsync(WorkspaceRow workspace, StorageRow storage, JobProgress progress, CancellationToken ct)
    {
        var side = await flags.UsesAfterAsync(Operation.Sync, workspace.TenantId) ? after : before;
        await side.SyncAsync(workspace, storage, progress, ct);
    }
}
