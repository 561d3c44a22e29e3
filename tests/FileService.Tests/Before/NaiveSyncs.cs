using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Setup;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Streaming;

namespace FileService.Tests.Before;

public sealed class NaiveSyncs
{
    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite, true)]
    [InlineData(Fixture.Engine.Sqlite, false)]
    [InlineData(Fixture.Engine.PostgreSql, true)]
    [InlineData(Fixture.Engine.PostgreSql, false)]
    public async Task Sync_brings_every_content_to_the_storage(Fixture.Engine engine, bool naive)
    {
        await using var service = await LocalService.StartAsync(engine);
        await service.PutAsync(new NastyText(seed: 5).Files(150));
        IStorageSync sync = naive ? service.Get<NaiveStorageSync>() : service.Get<StorageSync>();
        var storage = await StorageAsync(service);

        await sync.SyncAsync(service.Workspace, storage, Progress(storage), CancellationToken.None);

        var store = service.Get<ContentStores>().For(storage.Locator, service.Workspace.TenantId);
        foreach (var file in await service.FilesAsync())
        {
            var info = await store.GetInfoAsync(ContentHash.Parse(file.ContentHash), CancellationToken.None);
            info.Should().Be(new ContentInfo(ContentHash.Parse(file.ContentHash), file.Size));
        }

        await using var connection = await service.Get<Database>().OpenAsync(CancellationToken.None);
        (await connection.FindUnsyncedAsync(service.Workspace.Id, storage.Id, null, 1)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true, 20)]
    [InlineData(false, 0)]
    public async Task Sync_with_nothing_changed_writes_all_before_and_nothing_after(bool naive, int writes)
    {
        var counter = new WriteCounter();
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite, counter.Register);
        await service.PutAsync([.. Enumerable.Range(0, 20).Select(static i => ($"{i}.txt", $"text {i}"))]);
        IStorageSync sync = naive ? service.Get<NaiveStorageSync>() : service.Get<StorageSync>();
        var storage = await StorageAsync(service);
        await sync.SyncAsync(service.Workspace, storage, Progress(storage), CancellationToken.None);
        counter.Writes = 0;

        await sync.SyncAsync(service.Workspace, storage, Progress(storage), CancellationToken.None);

        counter.Writes.Should().Be(writes);
    }

    [Fact]
    public async Task Sync_with_a_pace_takes_the_time_its_bytes_need_and_brings_them_whole()
    {
        const int Bytes = 300_000;
        await using var service = await LocalService.StartAsync(
            Fixture.Engine.Sqlite,
            static services => services.Configure<StorageOptions>(static o => o.SyncBytesPerSecond = 3 * Bytes)
        );
        await service.PutAsync([("large.txt", new string('x', Bytes))]);
        var storage = await StorageAsync(service);
        var from = TimeProvider.System.GetTimestamp();

        await service
            .Get<StorageSync>()
            .SyncAsync(service.Workspace, storage, Progress(storage), CancellationToken.None);

        // A third of a second, less the burst of 32 KB.
        TimeProvider.System.GetElapsedTime(from).Should().BeGreaterThan(TimeSpan.FromSeconds(0.25));
        var file = (await service.FilesAsync()).Single();
        var store = service.Get<ContentStores>().For(storage.Locator, service.Workspace.TenantId);
        (await store.GetInfoAsync(ContentHash.Parse(file.ContentHash)))!.Length.Should().Be(Bytes);
    }

    private static JobProgress Progress(StorageRow storage) => new(storage.Id, null, "sync", 0);

    private static async Task<StorageRow> StorageAsync(LocalService service)
    {
        var storage = new StorageRow
        {
            Id = Guid.CreateVersion7(),
            Kind = "local",
            Locator = "replica",
        };
        Directory.CreateDirectory(service.Get<ContentStores>().RootOf(storage.Locator));
        await using var connection = await service.Get<Database>().OpenAsync(CancellationToken.None);
        await connection.InsertStorageAsync(storage, 0);
        return storage;
    }

    private sealed class WriteCounter
    {
        public int Writes { get; set; }

        public void Register(IServiceCollection services) =>
            services.AddSingleton<Func<IContentStore, IContentStore>>(store => new Counting(store, this));

        private sealed class Counting(IContentStore inner, WriteCounter counter) : IContentStore
        {
            public ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken) =>
                inner.GetInfoAsync(hash, cancellationToken);

            public ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken) =>
                inner.OpenReadAsync(hash, cancellationToken);

            public ValueTask<ContentWriter> CreateWriterAsync(long? length, CancellationToken cancellationToken)
            {
                counter.Writes++;
                return inner.CreateWriterAsync(length, cancellationToken);
            }

            public IAsyncEnumerable<ContentInfo> ListAsync(string prefix, ContentHash? after, CancellationToken ct) =>
                inner.ListAsync(prefix, after, ct);

            public ValueTask<bool> DeleteAsync(ContentHash hash, DateTimeOffset? since, CancellationToken ct) =>
                inner.DeleteAsync(hash, since, ct);
        }
    }
}
