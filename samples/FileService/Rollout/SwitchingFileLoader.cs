using FileService.Data;
using FileService.Files;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Rollout;

/// <summary>Loads on the side the tenant's flag names.</summary>
internal sealed class SwitchingFileLoader(
    [FromKeyedServices(Side.Before)] IFileLoader before,
    [FromKeyedServices(Side.After)] IFileLoader after,
    IConnectionScope connection,
    IServiceScopeFactory scopes,
    RolloutFlags flags,
    ShadowRunner shadow
) : IFileLoader
{
    /// <summary>Larger contents are compared by their rows alone, for the naive side holds them whole.</summary>
    private const long MaxComparedBytes = 8 << 20;

    public ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct) =>
        LoadAsync(tenant, $"{id}", (side, token) => side.LoadAsync(tenant, id, token), ct);

    public ValueTask<FileContent?> LoadAsync(WorkspaceRow workspace, string path, CancellationToken ct) =>
        LoadAsync(
            workspace.TenantId,
            $"'{path}' in {workspace.Id}",
            (side, token) => side.LoadAsync(workspace, path, token),
            ct
        );

    private async ValueTask<FileContent?> LoadAsync(string tenant, string what, Load load, CancellationToken ct)
    {
        var isAfter = await flags.UsesAfterAsync(Operation.Load, tenant);
        if (!isAfter)
        {
            await connection.ReleaseAsync(); // The before side opens its own.
        }

        var found = await load(isAfter ? after : before, ct);
        shadow.Offer(
            Operation.Load,
            what,
            token => AnswerAsync(before, load, token),
            token => scopes.AskAfterAsync<IFileLoader, LoadAnswer?>(side => AnswerAsync(side, load, token)),
            static (a, b) => a == b
        );
        return found;
    }

    private static async Task<LoadAnswer?> AnswerAsync(IFileLoader side, Load load, CancellationToken ct)
    {
        if (await load(side, ct) is not { } found)
        {
            return null;
        }

        var file = found.File;
        var answer = new LoadAnswer(file.Path, file.ContentType, file.Size, file.ContentHash, file.Version, null);
        if (file.Size > MaxComparedBytes || await found.Open(ct) is not { } reader)
        {
            return answer;
        }

        await using (reader)
        {
            return answer with { Bytes = await ContentDigest.OfAsync(reader, ct) };
        }
    }

    private delegate ValueTask<FileContent?> Load(IFileLoader side, CancellationToken ct);

    private sealed record LoadAnswer(
        string Path,
        string ContentType,
        long Size,
        string ContentHash,
        long Version,
        ContentHash? Bytes
    );
}
