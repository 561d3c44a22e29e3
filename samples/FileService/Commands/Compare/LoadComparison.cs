using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Files.Caching;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>Loads files by id and reads all their bytes.</summary>
internal sealed class LoadComparison(CompareContext context)
{
    private const int Files = 200;
    private const int Loads = 5;
    private const int WarmUps = 150;
    private const long MaxBytes = 64 << 20; // What is kept of an answer to compare it.
    private const double TimeShare = 0.15;

    private readonly IFileLoader _before = context.Services.Get<NaiveFileLoader>();
    private readonly IFileLoader _after = context.Services.Get<FileLoader>();
    private readonly IContentCache _cache = context.Services.GetKeyed<IContentCache>(FileLoader.CacheName);
    private readonly MetadataCache _metadata = context.Services.Get<MetadataCache>();

    public async Task<CompareOutcome> RunAsync(CancellationToken ct)
    {
        var files = await DrawAsync();
        var timings = new Timings();
        for (var i = 0; i < WarmUps; i++)
        {
            await SampleAsync(files[i % files.Length], i, new Timings(), ct);
        }

        var end = context.Deadline.EndOf(TimeShare);
        for (var i = 0; i < Loads * files.Length && (i == 0 || context.Deadline.Elapsed < end); i++)
        {
            await SampleAsync(files[i % files.Length], i + (i / files.Length), timings, ct);
        }

        return new CompareOutcome(timings.ToRow("load"), []);
    }

    private async Task<FileRow[]> DrawAsync()
    {
        var files = new Reservoir<FileRow>(Files, CompareContext.Seed);
        await using var connection = await context.Services.Get<Database>().OpenAsync(CancellationToken.None);
        await foreach (var file in connection.EachFileAsync(context.Workspace.Id))
        {
            if (file.Size <= MaxBytes)
            {
                files.Offer(file);
            }
        }

        return files.Draw();
    }

    private async Task SampleAsync(FileRow file, int turn, Timings timings, CancellationToken ct)
    {
        var hash = ContentHash.Parse(file.ContentHash);
        var (beforeMs, (coldMs, warmMs)) = await CompareContext.InTurnAsync(
            turn,
            () => OnceAsync(_before, file, hash, timings, ct),
            async () =>
            {
                await _metadata.DropAsync(file);
                _cache.Remove(ContentKey.FromHex(file.ContentHash));
                var cold = await OnceAsync(_after, file, hash, timings, ct);
                return (cold, await OnceAsync(_after, file, hash, timings, ct));
            }
        );
        timings.Add(beforeMs, coldMs, warmMs);
    }

    private async Task<double> OnceAsync(
        IFileLoader loader,
        FileRow file,
        ContentHash hash,
        Timings timings,
        CancellationToken ct
    )
    {
        using var sink = new MemorySink(file.Size);
        var (length, ms) = await context.TimeAsync(() => ReadAsync(loader, file, sink, ct));
        timings.Agree(length == file.Size && ContentHash.Compute(sink.Bytes) == hash);
        return ms;
    }

    private static async Task<long> ReadAsync(IFileLoader loader, FileRow file, MemorySink sink, CancellationToken ct)
    {
        if (await loader.LoadAsync(file.TenantId, file.Id, ct) is not { } found)
        {
            return -1;
        }

        if (await found.Open(ct) is not { } reader)
        {
            return -1;
        }

        await using (reader)
        {
            return await sink.FillAsync(reader, ct);
        }
    }
}
