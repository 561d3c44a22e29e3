using FileService.Files;
using PerfKit.Streaming;

namespace FileService.Rollout;

/// <summary>Converts on the side the tenant's flag names.</summary>
internal sealed class SwitchingFileConverter(
    [FromKeyedServices(Side.Before)] IFileConverter before,
    [FromKeyedServices(Side.After)] IFileConverter after,
    RolloutFlags flags,
    ShadowRunner shadow
) : IFileConverter
{
    /// <summary>Larger files are not compared, for the naive side holds them and the result whole.</summary>
    private const long MaxComparedBytes = 8 << 20;

    public async ValueTask<ConvertedContent> ConvertAsync(FileContent file, string target, CancellationToken ct)
    {
        var side = await flags.UsesAfterAsync(Operation.Convert, file.File.TenantId) ? after : before;
        var converted = await side.ConvertAsync(file, target, ct);
        if (file.File.Size <= MaxComparedBytes)
        {
            shadow.Offer(
                Operation.Convert,
                $"{file.File.Id} to {target}",
                token => AnswerAsync(before, file, target, token),
                token => AnswerAsync(after, file, target, token),
                static (a, b) => a == b
            );
        }

        return converted;
    }

    private static async Task<ConvertAnswer> AnswerAsync(
        IFileConverter side,
        FileContent file,
        string target,
        CancellationToken ct
    )
    {
        await using var converted = await side.ConvertAsync(file, target, ct);
        return new ConvertAnswer(
            converted.ContentType,
            converted.ETag,
            await ContentDigest.OfAsync(converted.Reader, ct)
        );
    }

    private sealed record ConvertAnswer(string ContentType, string ETag, ContentHash Bytes);
}
