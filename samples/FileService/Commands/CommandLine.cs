using System.CommandLine;
using System.Text.RegularExpressions;
using FileService.Setup;

namespace FileService.Commands;

/// <summary>The program's commands. Exit codes: 0 done, 1 failed, 2 usage.</summary>
internal static partial class CommandLine
{
    private const int Failed = 1;
    private const int Usage = 2;

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen.",
        DefaultValueFactory = static _ => HostConfiguration.DefaultUrl,
        Recursive = true,
    };

    private static readonly Option<string> Data = new("--data")
    {
        Description = "The data folder; by default .data beside the project.",
        DefaultValueFactory = static _ => Path.Combine(HostConfiguration.HomeFolder, ".data"),
        Recursive = true,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var rest = new List<string>();
        foreach (var argument in args)
        {
            if (Setting().Match(argument) is { Success: true } setting)
            {
                overrides[setting.Groups["key"].Value] = setting.Groups["value"].Value;
            }
            else
            {
                rest.Add(argument);
            }
        }

        var root = Build(overrides);
        var parsed = root.Parse(rest);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("Run with --help to see the commands.");
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return Failed;
        }
    }

    private static RootCommand Build(Dictionary<string, string?> overrides)
    {
        CommandSettings Settings(ParseResult parsed) =>
            new(parsed.GetRequiredValue(Urls), parsed.GetRequiredValue(Data), overrides);

        var root = new RootCommand("A file service on PerfKit. Settings: --Section:Key=value.") { Urls, Data };
        root.SetAction((parsed, ct) => ServeCommand.RunAsync(Settings(parsed), ct));

        var serve = new Command("serve", "Serves files over HTTP (also without a command).");
        serve.SetAction((parsed, ct) => ServeCommand.RunAsync(Settings(parsed), ct));
        root.Add(serve);

        var migrate = new Command("migrate", "Brings the database's schema up to date and ends.");
        migrate.SetAction((parsed, ct) => MigrateCommand.RunAsync(Settings(parsed), ct));
        root.Add(migrate);

        root.Add(SearchCommand.Build(Settings));
        root.Add(ImportCommand.Build(Settings));
        root.Add(CompareCommand.Build(Settings));
        return root;
    }

    /// <summary>One sentence for a failure that the user can do something about; null for a bug.</summary>
    private static string? Explain(Exception exception) =>
        exception switch
        {
            SetupException or Files.ProblemException => exception.Message,
            OperationCanceledException => "Stopped before the end; run it again to go on.",
            Microsoft.Extensions.Options.OptionsValidationException e => string.Join(Environment.NewLine, e.Failures),
            Npgsql.NpgsqlException e => $"PostgreSQL (ConnectionStrings:postgres) does not answer: {e.Message}",
            Microsoft.Data.Sqlite.SqliteException e => $"The database in the data folder failed: {e.Message}",
            HttpRequestException e => $"The service does not answer: {e.Message}",
            InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException } =>
                exception.Message,
            TimeoutException or IOException or UnauthorizedAccessException => exception.Message,
            _ => exception.InnerException is { } inner ? Explain(inner) : null,
        };

    [GeneratedRegex("^--(?<key>[A-Za-z][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+)+)=(?<value>.*)$", RegexOptions.Singleline)]
    private static partial Regex Setting();
}
