using FileService.Files;
using FileService.Files.Conversions;
using PerfKit.Streaming;

namespace FileService.Before;

/// <summary>Converting before: reads the whole file, converts it in memory, and forgets the result, every time.</summary>
internal sealed class NaiveFileConverter(ConversionCatalog catalog) : IFileConverter
{
    public async ValueTask<ConvertedContent> ConvertAsync(FileContent file, string target, CancellationToken ct)
    {
        var conversion = FileConverter.Find(catalog, file, target);
        await using var reader = await file.OpenAsync(ct);
        using var source = new MemoryStream(await WholeContent.ReadAsync(reader, file.File.Path, ct));
        using var result = new MemoryStream();
        await conversion.ConvertAsync(source, result, ct);
        return new ConvertedContent(
            ContentReader.FromMemory(result.ToArray()),
            conversion.ContentType,
            FileConverter.TagOf(file, conversion)
        );
    }
}
