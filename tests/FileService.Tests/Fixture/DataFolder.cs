namespace FileService.Tests.Fixture;

/// <summary>What lies in a data folder, seen from outside: blobs are files whose folder and name make 64 hex digits.</summary>
internal static class DataFolder
{
    /// <summary>The hashes of all blobs, with duplicates when tenants hold the same.</summary>
    public static List<string> Blobs(string data)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        return !Directory.Exists(data)
            ? []
            : [.. Directory.EnumerateFiles(data, "*", options).Select(HashOf).OfType<string>()];
    }

    /// <summary>Files of uploads under way, or left by dead ones: everything below a folder named <c>tmp</c>.</summary>
    public static List<string> Temporary(string data) =>
        [
            .. Directory
                .EnumerateDirectories(data, "tmp", SearchOption.AllDirectories)
                .SelectMany(tmp => Directory.EnumerateFiles(tmp)),
        ];

    /// <summary>Makes them look as if they were last written that long ago.</summary>
    public static void AgeTemporary(string data, TimeSpan age)
    {
        foreach (var file in Temporary(data))
        {
            try
            {
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow - age);
            }
            catch (FileNotFoundException)
            {
                // The service swept it meanwhile, which is what the test is after.
            }
        }
    }

    private static string? HashOf(string file)
    {
        var name = Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file);
        return name.Length == 64 && name.All(char.IsAsciiHexDigitLower) ? name : null;
    }
}
