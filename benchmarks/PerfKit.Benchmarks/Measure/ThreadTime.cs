using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PerfKit.Benchmarks.Measure;

/// <summary>What the calling thread has used until now: CPU time, and how often it gave the core away to wait. Linux only.</summary>
internal readonly record struct ThreadTime(TimeSpan Cpu, long Sleeps)
{
    private const int CallingThread = 1; // RUSAGE_THREAD
    private const int ThreadCpuClock = 3; // CLOCK_THREAD_CPUTIME_ID

    public static ThreadTime Now =>
        ReadUsage(CallingThread, out var usage) == 0 && ReadClock(ThreadCpuClock, out var time) == 0
            ? new ThreadTime(
                TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick),
                usage.VoluntarySwitches
            )
            : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadUsage(int who, out Usage usage);

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ReadClock(int clock, out Time time);

    private readonly record struct Time(nint Seconds, nint Nanoseconds);

    /// <summary>Eighteen words: two times of two words each, then fourteen counters.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 18 * sizeof(long))]
    private readonly struct Usage
    {
        [FieldOffset(16 * sizeof(long))]
        public readonly long VoluntarySwitches;
    }
}
