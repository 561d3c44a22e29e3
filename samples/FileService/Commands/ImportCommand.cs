using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FileService.Files;
using FileService.Setup;

namespace FileService.Commands;

/// <summary>Imports a folder into the data folder, or over HTTP into a running service.</summary>
internal static class ImportCommand
{
    public static Command Build(Func<ParseResult, CommandSettings> settings)
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "What to import." };
        folder.AcceptExistingOnly();
        var workspace = new Option<string>("--workspace") { Description = "Where to; by default the folder's name." };
        var to = new Option<Uri?>("--to")
        {
            Description = "A running service's URL; import over HTTP.",
            CustomParser = ParseUrl,
        };
        var key = new Option<string>("--key")
        {
            Description = "The X-Api-Key for --to.",
            DefaultValueFactory = static _ => Tenants.DevelopmentKey,
        };
        var command = new Command("import", "Imports a folder; run again it imports what changed.")
        {
            folder,
            workspace,
            to,
            key,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var source = parsed.GetRequiredValue(folder);
                var name = parsed.GetValue(workspace) ?? source.Name;
                var (files, tally) = ImportFolder.Scan(source.FullName);
                Func<CancellationToken, Task> import = parsed.GetValue(to) is { } url
                    ? token => HttpImport.RunAsync(url, parsed.GetRequiredValue(key), name, files, tally, token)
                    : token => LocalAsync(settings(parsed), name, files, tally, token);
                await ImportProgress.ShowAsync(tally, import, ct);
                return Report(tally);
            }
        );
        return command;
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https"))
        {
            return url;
        }

        result.AddError($"--to '{text}' is not an http or https URL.");
        return null;
    }

    private static async Task LocalAsync(
        CommandSettings settings,
        string workspaceName,
        IReadOnlyList<ImportFile> files,
        ImportTally tally,
        CancellationToken ct
    )
    {
        await using var services = new CommandServices(settings, "importing");
        await services.Initializer.RunAsync(serve: false, ct);
        var workspace = await services.Get<Workspaces>().EnsureAsync(Tenants.Default, workspaceName, ct);
        await services.Get<Importer>().ImportAsync(workspace, files, tally, ct);
    }

    private static int Report(ImportTally tally)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{tally.Created} new, {tally.Replaced} replaced, {tally.Unchanged} unchanged, "
                    + $"{tally.Links} symbolic links not followed, {tally.Failures.Count} failed."
            )
        );
        foreach (var failure in tally.Failures.Take(20))
        {
            Console.Error.WriteLine(failure);
        }

        return tally.Failures.Count == 0 ? 0 : 1;
    }
}
