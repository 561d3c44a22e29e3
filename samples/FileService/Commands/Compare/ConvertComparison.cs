using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Files.Caching;
using FileService.Files.Conversions;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>What a caller of <c>?as=</c> waits for: the file is found, converted, and all bytes of the result are read.</summary>
internal sealed class ConvertComparison(CompareContext context)
{
    private const int Conversions = 50;
    private const int Rounds = 5;
    private const double TimeShare = 0.15;

    private readonly ConversionCatalog _catalog = context.Services.Get<ConversionCatalog>();
    private readonly (IFileLoader Loader, IFileConverter Converter) _before = (
        context.Services.Get<NaiveFileLoader>(),
        context.Services.Get<NaiveFileConverter>()
    );
    private readonly (IFileLoader Loader, IFileConverter Converter) _after = (
        context.Services.Get<FileLoader>(),
        context.Services.Get<FileConverter>()
    );
    private readonly IContentCache _contents = context.Services.GetKeyed<IContentCache>(FileLoader.CacheName);
    private readonly TieredCache _conversions = context.Services.GetKeyed<TieredCache>(FileConverter.CacheName);
    private readonly MetadataCache _metadata = context.Services.Get<MetadataCache>();

    public async Task<CompareOutcome> RunAsync(CancellationToken ct)
    {
        var drawn = await DrawAsync(ct);
        var timings = new Timings();
        foreach (var (job, index) in drawn.Select(static (job, index) => (job, index)))
        {
            await SampleAsync(job, index, new Timings(), ct);
        }

        var end = context.Deadline.EndOf(TimeShare);
        for (var i = 0; i < Rounds * drawn.Count && (i == 0 || context.Deadline.Elapsed < end); i++)
        {
            await SampleAsync(drawn[i % drawn.Count], i + (i / drawn.Count), timings, ct);
        }

        return new CompareOutcome(timings.ToRow("convert"), []);
    }

    /// <summary>Takes the targets in turn, and only files that do convert: many documents are broken in some way.</summary>
    private async Task<List<Job>> DrawAsync(CancellationToken ct)
    {
        var byTarget = new SortedDictionary<string, Reservoir<Job>>(StringComparer.Ordinal);
        await using (var connection = await context.Services.Get<Database>().OpenAsync(ct))
        {
            await foreach (var file in connection.EachFileAsync(context.Workspace.Id))
            {
                foreach (var target in _catalog.TargetsFor(file.ContentType))
                {
                    byTarget.TryAdd(target, new Reservoir<Job>(4 * Conversions, CompareContext.Seed));
                    byTarget[target].Offer(new Job(file, target));
                }
            }
        }

        var queues = byTarget.Values.Select(static reservoir => new Queue<Job>(reservoir.Draw())).ToList();
        var drawn = new List<Job>();
        for (var turn = 0; drawn.Count < Conversions && queues.Exists(static queue => queue.Count > 0); turn++)
        {
            if (queues[turn % queues.Count].TryDequeue(out var job) && await ConvertsAsync(job, ct))
            {
                drawn.Add(job);
            }
        }

        return drawn;
    }

    private async Task<bool> ConvertsAsync(Job job, CancellationToken ct)
    {
        try
        {
            await ConvertAsync(_after, job, ct);
            return true;
        }
        catch (Exception e) when (e is ConversionException or ProblemException)
        {
            return false;
        }
    }

    private async Task SampleAsync(Job job, int turn, Timings timings, CancellationToken ct)
    {
        var (before, (cold, warm)) = await CompareContext.InTurnAsync(
            turn,
            () => context.TimeAsync(() => ConvertAsync(_before, job, ct)),
            () => AfterAsync(job, ct)
        );
        timings.Add(before.Ms, cold.Ms, warm.Ms);
        timings.Agree(before.Answer.Says(cold.Answer) && before.Answer.Says(warm.Answer));
    }

    private async Task<((Result Answer, double Ms) Cold, (Result Answer, double Ms) Warm)> AfterAsync(
        Job job,
        CancellationToken ct
    )
    {
        await _metadata.DropAsync(job.File);
        _contents.Remove(ContentKey.FromHex(job.File.ContentHash));
        await _conversions.RemoveAsync(
            CacheKeys.Conversion(job.File.ContentHash, job.File.ContentType, job.Target),
            ct
        );
        var cold = await context.TimeAsync(() => ConvertAsync(_after, job, ct));
        return (cold, await context.TimeAsync(() => ConvertAsync(_after, job, ct)));
    }

    private static async Task<Result> ConvertAsync(
        (IFileLoader Loader, IFileConverter Converter) side,
        Job job,
        CancellationToken ct
    )
    {
        var file =
            await side.Loader.LoadAsync(job.File.TenantId, job.File.Id, ct)
            ?? throw new InvalidOperationException($"'{job.File.Path}' went while it was compared.");
        await using var converted = await side.Converter.ConvertAsync(file, job.Target, ct);
        var bytes = new byte[converted.Reader.Length];
        for (var filled = 0; filled < bytes.Length; )
        {
            filled += await converted.Reader.ReadAsync(filled, bytes.AsMemory(filled), ct);
        }

        return new Result(converted.ContentType, converted.ETag, bytes);
    }

    private sealed record Job(FileRow File, string Target);

    private sealed record Result(string ContentType, string ETag, byte[] Bytes)
    {
        public bool Says(Result other) =>
            ContentType == other.ContentType && ETag == other.ETag && Bytes.AsSpan().SequenceEqual(other.Bytes);
    }
}
