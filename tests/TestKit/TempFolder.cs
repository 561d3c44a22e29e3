namespace PerfKit.TestKit;

/// <summary>An empty folder of its own below the system's temporary folder, deleted on dispose.</summary>
public sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("perfkit-test-");

    /// <summary>The folder's full path, links resolved, without a separator at its end.</summary>
    public string Path => _folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? _folder.FullName;

    /// <summary>The full path of a file in this folder; the file is not made.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file still open on Windows, or the folder already gone: a left folder in temp must not fail a test.
            Console.Error.WriteLine($"Left behind: {_folder.FullName} ({e.Message})");
        }
    }
}
