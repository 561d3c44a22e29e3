using System.Globalization;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

/// <summary>This process's memory as the kernel counts it; Linux only.</summary>
internal static class Memory
{
    public static long ResidentBytes() => Status("VmRSS:");

    public static long PeakResidentBytes() => Status("VmHWM:");

    private static long Status(string name) =>
        long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2],
            CultureInfo.InvariantCulture
        ) * 1024;
}
