using FileService.Setup;
using Microsoft.Extensions.Options;

namespace FileService.Commands;

/// <summary>Serves until stopped.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(CommandSettings settings, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = HostConfiguration.HomeFolder }
        );
        HostConfiguration.AddTo(builder.Configuration, settings);
        using var owned = Owner.Of(builder.Configuration, $"serving {settings.Urls}");
        await using var app = WebHost.Build(builder, settings.Urls);
        await WaitingRoom.InitializeAsync(app.Services.GetRequiredService<Initializer>(), settings.Urls, ct);
        app.Services.GetService<IStartupValidator>()?.Validate();
        await app.RunAsync(ct);
        return 0;
    }
}
