using FileService.Setup;

namespace FileService.Commands;

/// <summary>Owns the data folder where the service is embedded; on PostgreSQL any number of instances share it.</summary>
internal static class Owner
{
    public static IDisposable? Of(IConfiguration configuration, string purpose) =>
        string.IsNullOrEmpty(configuration.GetConnectionString("postgres"))
            ? DataFolder.Own(configuration["Storage:Root"]!, purpose)
            : null;
}
