using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Rollout;
using FileService.Setup;

namespace FileService.Tests.Before;

public sealed class NaiveReads
{
    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite)]
    [InlineData(Fixture.Engine.PostgreSql)]
    public async Task Load_before_and_after_give_the_same_file_and_bytes(Fixture.Engine engine)
    {
        await using var service = await LocalService.StartAsync(engine);
        await service.PutAsync(new NastyText(seed: 3).Files(20));

        foreach (var file in await service.FilesAsync())
        {
            var old = await LoadAsync(service.Get<NaiveFileLoader>(), file.TenantId, file.Id);
            var current = await LoadAsync(service.Get<FileLoader>(), file.TenantId, file.Id);
            old.File.Should().BeEquivalentTo(current.File);
            old.Hash.Should().Be(current.Hash).And.Be(file.ContentHash);
            var byPath = await service
                .Get<NaiveFileLoader>()
                .LoadAsync(service.Workspace, file.Path, CancellationToken.None);
            byPath!.File.Should().BeEquivalentTo(current.File);
        }
    }

    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite)]
    [InlineData(Fixture.Engine.PostgreSql)]
    public async Task Load_of_a_foreign_or_unknown_file_finds_nothing(Fixture.Engine engine)
    {
        await using var service = await LocalService.StartAsync(engine);
        await service.PutAsync(("a.txt", "a"));
        var file = (await service.FilesAsync())[0];
        var before = service.Get<NaiveFileLoader>();

        (await before.LoadAsync("another", file.Id, CancellationToken.None)).Should().BeNull();
        (await before.LoadAsync(file.TenantId, Guid.NewGuid(), CancellationToken.None)).Should().BeNull();
        (await before.LoadAsync(service.Workspace, "b.txt", CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public async Task Convert_before_and_after_give_the_same_bytes()
    {
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite);
        await service.PutAsync(("a.md", "# Title\n\nsome *text*"), ("b.csv", "name,size\na,1\nb,2\n"));

        foreach (var (path, target) in new[] { ("a.md", "html"), ("b.csv", "jsonl"), ("a.md", "text") })
        {
            var file = (await service.FilesAsync()).Single(f => f.Path == path);
            var content = (await service.Get<FileLoader>().LoadAsync(file.TenantId, file.Id, CancellationToken.None))!;
            await using var old = await service
                .Get<NaiveFileConverter>()
                .ConvertAsync(content, target, CancellationToken.None);
            await using var current = await service
                .Get<FileConverter>()
                .ConvertAsync(content, target, CancellationToken.None);
            var oldHash = await ContentDigest.OfAsync(old.Reader, CancellationToken.None);
            oldHash.Should().Be(await ContentDigest.OfAsync(current.Reader, CancellationToken.None));
            (old.ContentType, old.ETag).Should().Be((current.ContentType, current.ETag));
        }
    }

    private static async Task<(FileRow File, string Hash)> LoadAsync(IFileLoader loader, string tenant, Guid id)
    {
        var found = (await loader.LoadAsync(tenant, id, CancellationToken.None))!;
        await using var reader = (await found.OpenAsync(CancellationToken.None))!;
        return (found.File, (await ContentDigest.OfAsync(reader, CancellationToken.None)).ToString());
    }
}
