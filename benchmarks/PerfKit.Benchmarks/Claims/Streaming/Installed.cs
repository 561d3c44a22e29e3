namespace PerfKit.Benchmarks.Claims.Streaming;

/// <summary>Programs a claim is measured with and that the machine has or has not.</summary>
internal static class Installed
{
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/local/sbin"]; // Often not on a user's PATH.

    /// <summary>The program's full path.</summary>
    /// <exception cref="InvalidOperationException">It is not there; the message names the package that brings it.</exception>
    public static string Find(string program, string package) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Concat(SystemFolders)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed: apt-get install {package}.");
}
