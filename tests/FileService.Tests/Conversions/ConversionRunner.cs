using System.Text;
using FileService.Files.Conversions;

namespace FileService.Tests.Conversions;

/// <summary>Runs one conversion over text or bytes.</summary>
internal static class ConversionRunner
{
    public static Task<string> ConvertAsync(string target, string contentType, string source) =>
        ConvertAsync(target, contentType, Encoding.UTF8.GetBytes(source));

    public static async Task<string> ConvertAsync(string target, string contentType, byte[] source)
    {
        var conversion = new ConversionCatalog(TimeProvider.System).Find(target, contentType);
        conversion.Should().NotBeNull();
        using var destination = new MemoryStream();
        await conversion!.ConvertAsync(new MemoryStream(source), destination, CancellationToken.None);
        return Encoding.UTF8.GetString(destination.ToArray());
    }
}
