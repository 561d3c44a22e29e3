using FileService.Setup;

namespace FileService.Commands;

/// <summary>Migrates and ends.</summary>
internal static class MigrateCommand
{
    public static async Task<int> RunAsync(CommandSettings settings, CancellationToken ct)
    {
        await using var services = new CommandServices(settings, "migrating");
        await services.Initializer.RunAsync(serve: false, ct);
        Console.WriteLine("The schema is up to date.");
        return 0;
    }
}
