using System.Globalization;

namespace Conventions.Tests.TestKit;

/// <summary>What is left of processes, as Linux tells it.</summary>
internal static class Left
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static void SkipUnlessLinux() => Skip.IfNot(OperatingSystem.IsLinux(), "Processes are looked at in /proc.");

    /// <summary>Whether there is such a process that has not ended.</summary>
    public static bool IsRunning(int id)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The folder of a private server.</summary>
    public static string FolderOf(int server) =>
        Path.GetDirectoryName(
            new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{server}/cwd")).LinkTarget
        )!;

    /// <summary>Processes that work below a folder.</summary>
    public static IEnumerable<int> Below(string folder) =>
        from process in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out var number) ? number : 0
        where id > 0 && (WorkingFolder(process)?.StartsWith(folder, StringComparison.Ordinal) ?? false)
        select id;

    /// <summary>Asks until it is so; fails when it takes 30 s.</summary>
    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    /// <summary>The same.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static string? WorkingFolder(string process)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It has ended, or is another user's.
        }
    }
}
