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

    // A refusal costs little more than its look at the clock: 6.5 ns by TickCount64, 4.7 by libc, 3.1 where libc has it from.
    private static readonly bool IsKernelAsked = OperatingSystem.IsLinux() && Environment.Is64BitProcess;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, Time*, int> Direct = FindDirect();

    public static long Nanoseconds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (IsKernelAsked)
            {
                Unsafe.SkipInit(out Time time);
                _ = Direct is not null ? Direct(MonotonicCoarse, &time) : ReadClock(MonotonicCoarse, &time);
                return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
            }

#pragma warning disable RS0030 // Because a coarse clock is what is wanted; it stands beside the machine's clock alone.
            return Environment.TickCount64 * NanosecondsPerMillisecond;
#pragma warning restore RS0030
        }
    }

    /// <summary>The kernel's code in this process (vdso(7)), where libc itself goes; null where it has another name.</summary>
    private static delegate* unmanaged[SuppressGCTransition]<int, Time*, int> FindDirect()
    {
        var name =
            RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                ? "__kernel_clock_gettime"
                : "__vdso_clock_gettime";
        return
            IsKernelAsked
            && NativeLibrary.TryLoad("linux-vdso.so.1", out var vdso)
            && NativeLibrary.TryGetExport(vdso, name, out var address)
            ? (delegate* unmanaged[SuppressGCTransition]<int, Time*, int>)address
            : null;
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
