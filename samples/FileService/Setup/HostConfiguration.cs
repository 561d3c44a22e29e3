using System.Reflection;

namespace FileService.Setup;

/// <summary>Where settings come from: appsettings.json (read again when it changes), the environment, the command line.</summary>
internal static class HostConfiguration
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>The project's folder when the program runs from a clone, else the program's own.</summary>
    public static string HomeFolder { get; } =
        typeof(HostConfiguration)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(static a => a.Key == "ProjectFolder")
            ?.Value
            is { } folder
        && Directory.Exists(folder)
            ? folder
            : AppContext.BaseDirectory;

    public static void AddTo(IConfigurationBuilder configuration, CommandSettings settings)
    {
        configuration.Sources.Clear();
        configuration
            .SetBasePath(HomeFolder)
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: true)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(settings.Overrides)
            .AddInMemoryCollection([new("Storage:Root", Path.GetFullPath(settings.Data))]);
    }
}

/// <summary>What every command takes.</summary>
internal sealed record CommandSettings(string Urls, string Data, IReadOnlyDictionary<string, string?> Overrides);
