using System.Globalization;
using System.Runtime.InteropServices;

namespace PerfKit.TestKit;

/// <summary>Stops and continues processes. By SIGSTOP a process keeps its connections and answers nothing.</summary>
internal static class Signals
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>SIGSTOP, and waits until every thread has stopped.</summary>
    /// <param name="target">What kill(2) takes: a process, or with a minus a process group.</param>
    public static void Freeze(int target)
    {
        Send(target, OperatingSystem.IsLinux() ? 19 : 17);
        if (OperatingSystem.IsLinux() && !SpinWait.SpinUntil(() => HasStopped(Math.Abs(target)), Limit))
        {
            throw new TimeoutException($"Process {target} did not stop within {Limit}.");
        }
    }

    /// <summary>SIGCONT; harmless to a process that runs.</summary>
    /// <param name="target">As above.</param>
    public static void Thaw(int target) => Send(target, OperatingSystem.IsLinux() ? 18 : 19);

    private static void Send(int target, int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Processes are frozen by SIGSTOP, which Windows has not.");
        }

        if (target is 0 or 1 or -1)
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "That is no process of ours.");
        }

        if (Kill(target, signal) != 0)
        {
            throw new InvalidOperationException(
                $"Process {target} could not be sent signal {signal}: {Marshal.GetLastPInvokeErrorMessage()}."
            );
        }
    }

    private static bool HasStopped(int id)
    {
        foreach (
            var thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/task"))
        )
        {
            var stat = File.ReadAllText(Path.Combine(thread, "stat"));
            if (stat[stat.LastIndexOf(')') + 2] is not ('T' or 't'))
            {
                return false;
            }
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int target, int signal);
}
