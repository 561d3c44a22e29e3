using FileService.Files;
using PerfKit.Streaming;

namespace FileService.Rollout;

/// <summary>Loads on the side the tenant's flag names.</summary>
internal sealed class SwitchingFileLoader(
    [FromKeyedServices(Side.Before)] IFileLoader before,
    [FromKeyedServices(Side.After)] IFileLoader after,
    RolloutFlags flags,
    ShadowRunner shadow
) : IFileLoader
{
    /// <summary>Larger contents are compared by their rows alone, for the naive side holds them whole.</summary>
    private const long MaxComparedBytes = 8 << 20;

    public async ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct)
    {
        var side = await flags.UsesAfterAsync(Operation.Load, tenant) ? after : before;
        var found = await side.LoadAsync(tenant, id, ct);
        shadow.Offer(
            Operation.Load,
            $"{id}",
            token => AnswerAsync(before, tenant, id, token),
            token => AnswerAsync(after, tenant, id, token),
            static (a, b) => a == b
        );
        return found;
    }

    private static async Task<LoadAnswer?> AnswerAsync(IFileLoader side, string tenant, Guid id, CancellationToken ct)
    {
        if (await side.LoadAsync(tenant, id, ct) is not { } found)
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

    private sealed record LoadAnswer(
        string Path,
        string ContentType,
        long Size,
        string ContentHash,
        long Version,
        ContentHash? Bytes
    );
}
