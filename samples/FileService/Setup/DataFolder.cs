using System.Globalization;

namespace FileService.Setup;

/// <summary>
/// The data folder of an embedded service. One process owns it, for SQLite and the collector have one host; the lock goes
/// with the process, however that ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(FileStream held) => _lock = held;

    /// <exception cref="SetupException">Another process owns it, or it cannot be written.</exception>
    public static DataFolder Own(string folder, string purpose)
    {
        var ownerFile = Path.Combine(folder, "owner.txt");
        try
        {
            Directory.CreateDirectory(folder);
            var held = new FileStream(
                Path.Combine(folder, "owner.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
            File.WriteAllText(
                ownerFile,
                string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ({purpose})")
            );
            return new DataFolder(held);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SetupException(
                $"The data folder '{folder}' cannot be written ({e.Message}); choose one with --data."
            );
        }
        catch (IOException e)
        {
            var owner = File.Exists(ownerFile) ? File.ReadAllText(ownerFile) : null;
            throw new SetupException(
                owner is null
                    ? $"The data folder '{folder}' cannot be used ({e.Message}); choose one with --data."
                    : $"The data folder '{folder}' is owned by {owner}; stop it, choose another folder with --data, or "
                        + "import into the running service with --to."
            );
        }
    }

    public void Dispose() => _lock.Dispose();
}
