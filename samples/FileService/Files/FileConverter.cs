using FileService.Files.Caching;
using FileService.Files.Conversions;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A converted content; dispose it after it was sent.</summary>
internal sealed record ConvertedContent(ContentReader Reader, string ContentType, string ETag) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Reader.DisposeAsync();
}

/// <summary>Converts a file to another format.</summary>
internal interface IFileConverter
{
    /// <exception cref="ProblemException">406 names the possible targets; 422 says what is broken.</exception>
    ValueTask<ConvertedContent> ConvertAsync(FileContent file, string target, CancellationToken ct);
}

/// <summary>
/// Converts once a content, over all instances that share a Redis: small results are kept by content hash, source type and
/// target, for the same bytes convert otherwise as Markdown than as HTML; callers at the same time share one conversion, and
/// readers the bytes. Large results stream through a temporary file, so memory stays flat.
/// </summary>
internal sealed class FileConverter(
    ConversionCatalog catalog,
    ContentStores stores,
    [FromKeyedServices(FileConverter.CacheName)] TieredCache cache,
    IOptions<StorageOptions> options
) : IFileConverter
{
    public const string CacheName = "conversions";

    public async ValueTask<ConvertedContent> ConvertAsync(FileContent file, string target, CancellationToken ct)
    {
        var conversion = Find(catalog, file, target);
        var tag = TagOf(file, conversion);
        if (file.File.Size > options.Value.MaxCachedContentBytes)
        {
            return new ConvertedContent(await ToStoreAsync(file, conversion, ct), conversion.ContentType, tag);
        }

        var bytes = await cache.GetOrCreateAsync(
            CacheKeys.Conversion(file.File.ContentHash, file.File.ContentType, target),
            (File: file, Conversion: conversion),
            static (state, token) => ToMemoryAsync(state.File, state.Conversion, token),
            cancellationToken: ct
        );

        return new ConvertedContent(ContentReader.FromMemory(bytes), conversion.ContentType, tag);
    }

    /// <summary>A strong tag: the result follows from the bytes, what they are taken for, the target, and the code that makes it.</summary>
    public static string TagOf(FileContent file, IConversion conversion) =>
        $"{file.File.ContentHash}-{SourceText.MediaTypeOf(file.File.ContentType)}-{conversion.Target}-{ConversionCatalog.Version}";

    /// <summary>The conversion of a file to a target.</summary>
    public static IConversion Find(ConversionCatalog catalog, FileContent file, string target) =>
        catalog.Find(target, file.File.ContentType)
        ?? throw new ProblemException(
            StatusCodes.Status406NotAcceptable,
            "no-such-conversion",
            $"A file of type '{file.File.ContentType}' does not convert to '{ProblemException.Shorten(target)}'; "
                + Possible(catalog, file.File.ContentType),
            "as"
        );

    private static async ValueTask<ReadOnlyMemory<byte>> ToMemoryAsync(
        FileContent file,
        IConversion conversion,
        CancellationToken ct
    )
    {
        using var result = new MemoryStream();
        await RunAsync(file, conversion, result, ct);
        return result.ToArray();
    }

    private async ValueTask<ContentReader> ToStoreAsync(FileContent file, IConversion conversion, CancellationToken ct)
    {
        var writer = await stores.PrimaryFor(file.File.TenantId).CreateWriterAsync(null, ct);
        try
        {
            await using (var destination = new ContentWriterStream(writer))
            {
                await RunAsync(file, conversion, destination, ct);
            }

            await writer.FinishAsync(ct);
            return new OwningReader(writer);
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask RunAsync(FileContent file, IConversion conversion, Stream to, CancellationToken ct)
    {
        await using var reader = await file.OpenAsync(ct);
        await using var source = reader.AsStream();
        await conversion.ConvertAsync(source, to, ct);
    }

    private static string Possible(ConversionCatalog catalog, string contentType)
    {
        var targets = catalog.TargetsFor(contentType);
        return targets.Count == 0 ? "it converts to nothing." : $"possible: {string.Join(", ", targets)}.";
    }
}
