using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PerfKit.Benchmarks.Measure;

/// <summary>
/// The CPU time of another process, user and system, all threads, ended ones too. Read from the kernel's clock of that
/// process, which counts nanoseconds where <c>/proc</c> counts hundredths of a second. Linux only.
/// </summary>
internal static class ProcessCpu
{
    public static TimeSpan Of(int processId)
    {
        const int scheduled = 2; // CPUCLOCK_SCHED, in the bits below the complemented process id.
        return ReadClock((~processId << 3) | scheduled, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
            : throw new InvalidOperationException(
                $"No CPU clock of process {processId}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}"
            );
    }

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);
}
