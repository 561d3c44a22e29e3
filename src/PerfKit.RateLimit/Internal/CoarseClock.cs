using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// The kernel's time of its last tick: a sixth of the cost of the precise clock, and at most
/// <see cref="LagNanoseconds"/> behind it.
/// </summary>
internal static unsafe class CoarseClock
{
    /// <summary>Above every tick in use: 1 to 10 ms on Linux, 15.6 ms on Windows.</summary>
    public const long LagNanoseconds = 20_000_000;

    private const int MonotonicCoarse = 6;
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;

    // The call under TickCount64 costs 3.8 ns, what is around it 1.7: a refusal costs as much as both.
    private static readonly bool IsKernelAsked = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    public static long Nanoseconds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (IsKernelAsked)
            {
                Unsafe.SkipInit(out Time time);
                _ = ReadClock(MonotonicCoarse, &time);
                return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
            }

#pragma warning disable RS0030 // Because a coarse clock is what is wanted; it stands beside the machine's clock alone.
            return Environment.TickCount64 * NanosecondsPerMillisecond;
#pragma warning restore RS0030
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [SuppressGCTransition]
    private static extern int ReadClock(int clock, Time* time);

    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
