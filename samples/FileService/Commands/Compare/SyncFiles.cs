using System.Globalization;
using System.Text;
using FileService.Data;
using FileService.Files;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>The workspace that is synced: files drawn from the folder, some of which change.</summary>
internal sealed class SyncFiles(CompareContext context, WorkspaceRow workspace, ImportFile[] files)
{
    private const int MaxFiles = 200;

    public WorkspaceRow Workspace => workspace;

    public int Count => files.Length;

    public static async Task<SyncFiles> CreateAsync(
        CompareContext context,
        IReadOnlyList<ImportFile> all,
        CancellationToken ct
    )
    {
        var draw = new Reservoir<ImportFile>(MaxFiles, CompareContext.Seed);
        foreach (var file in all)
        {
            draw.Offer(file);
        }

        var files = draw.Draw();
        var workspace = await context
            .Services.Get<Workspaces>()
            .EnsureAsync(context.Workspace.TenantId, "compare-sync", ct);
        var tally = new ImportTally { Total = files.Length };
        await context.Services.Get<Importer>().ImportAsync(workspace, files, tally, ct);
        return new SyncFiles(context, workspace, files);
    }

    /// <summary>Adds a line to 1 % of the files (at least one), others each round.</summary>
    public async Task ChangeAsync(int round, CancellationToken ct)
    {
        var count = Math.Max(1, files.Length / 100);
        var writer = context.Services.Get<FileWriter>();
        for (var i = 0; i < count; i++)
        {
            var file = files[((round * count) + i) % files.Length];
            var line = string.Create(CultureInfo.InvariantCulture, $"\nchanged in round {round}\n");
            await using var pending = await writer.ReceiveAsync(
                workspace,
                file.Path,
                ContentTypes.ForPath(file.Path),
                null,
                (content, token) => ChangedAsync(file, line, content, token),
                ct
            );
            await writer.CommitAsync(workspace, [pending], ct);
        }
    }

    private static async ValueTask<ContentInfo> ChangedAsync(
        ImportFile file,
        string line,
        ContentWriter content,
        CancellationToken ct
    )
    {
        await using (var source = File.OpenRead(file.FullPath))
        {
            await using var sink = new ContentWriterStream(content);
            await source.CopyToAsync(sink, ct);
        }

        await content.WriteAsync(Encoding.UTF8.GetBytes(line), ct);
        return await content.FinishAsync(ct);
    }
}
