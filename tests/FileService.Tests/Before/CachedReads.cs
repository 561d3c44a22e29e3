using System.IO.Pipelines;
using FileService.Data;
using FileService.Files;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Tests.Before;

/// <summary>What a response sees of the content cache: the right bytes, one fill, and no lease that outlives it.</summary>
public sealed class CachedReads
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"{i} "));

    [Theory]
    [InlineData("1048576", 1)]
    [InlineData("0", 0)]
    public async Task Readers_at_once_get_the_file_and_share_one_fill(string cachedBytes, int kept)
    {
        await using var service = await LocalService.StartAsync(
            Fixture.Engine.Sqlite,
            null,
            ("Storage:MaxCachedContentBytes", cachedBytes)
        );
        var cache = service.Get<IServiceProvider>().GetRequiredKeyedService<IContentCache>(FileLoader.CacheName);
        await service.PutAsync(("a.txt", Text));
        var file = (await service.FilesAsync())[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(service, file)));

        answers.Should().OnlyContain(static sent => sent == Text);
        (await SendAsync(service, file, offset: 1000)).Should().Be(Text[1000..]);
        cache
            .GetStatistics()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Contents = (long)kept,
                    Fills = (long)kept,
                    Leases = 0L,
                }
            );
    }

    [Fact]
    public async Task A_read_at_any_offset_of_a_cold_file_fills_the_cache_and_reads_right()
    {
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite);
        await service.PutAsync(("a.txt", Text));
        var file = (await service.FilesAsync())[0];
        var buffer = new byte[100];

        await using (var reader = await OpenAsync(service, file))
        {
            (await reader.ReadAsync(Text.Length - 50, buffer)).Should().Be(50);
        }

        System.Text.Encoding.UTF8.GetString(buffer, 0, 50).Should().Be(Text[^50..]);
        var cache = service.Get<IServiceProvider>().GetRequiredKeyedService<IContentCache>(FileLoader.CacheName);
        cache.GetStatistics().Should().BeEquivalentTo(new { Fills = 1L, Leases = 0L });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_read_of_a_content_leaves_memory_with_the_last_file_that_has_it(bool isDeleted)
    {
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite);
        await service.PutAsync(("a.md", Text));
        var file = (await service.FilesAsync())[0];
        await SendAsync(service, file);
        await ConvertAsync(service, file);
        Kept(service).Should().Be((1, 1));

        if (isDeleted)
        {
            await service.Get<FileWriter>().DeleteAsync(file, CancellationToken.None);
        }
        else
        {
            await service.PutAsync(("a.md", Text + "more"));
        }

        Kept(service).Should().Be((0, 0));
    }

    private static (long Contents, long Conversions) Kept(LocalService service)
    {
        var services = service.Get<IServiceProvider>();
        return (
            services.GetRequiredKeyedService<IContentCache>(FileLoader.CacheName).GetStatistics().Contents,
            services.GetRequiredKeyedService<TieredCache>(FileConverter.CacheName).GetStatistics().Entries
        );
    }

    private static async Task ConvertAsync(LocalService service, FileRow file)
    {
        var content = await service.Get<FileLoader>().LoadAsync(file.TenantId, file.Id, CancellationToken.None);
        await using var converted = await service
            .Get<FileConverter>()
            .ConvertAsync(content!, "text", CancellationToken.None);
    }

    private static async Task<ContentReader> OpenAsync(LocalService service, FileRow file)
    {
        var found = await service.Get<FileLoader>().LoadAsync(file.TenantId, file.Id, CancellationToken.None);
        return await found!.OpenAsync(CancellationToken.None);
    }

    private static async Task<string> SendAsync(LocalService service, FileRow file, long offset = 0)
    {
        using var sink = new MemoryStream();
        var response = PipeWriter.Create(sink, new StreamPipeWriterOptions(leaveOpen: true));
        await using (var reader = await OpenAsync(service, file))
        {
            (await reader.WriteToAsync(response, offset, reader.Length - offset)).Should().BeTrue();
        }

        await response.CompleteAsync();
        return System.Text.Encoding.UTF8.GetString(sink.ToArray());
    }
}
