using System.Globalization;

namespace PerfKit.Benchmarks.Measure;

/// <summary>A process's memory as the kernel counts it, in bytes; this process's without an id. Linux only.</summary>
internal static class Memory
{
    public static long ResidentBytes(int? processId = null) => Status(processId, "VmRSS:");

    public static long PeakResidentBytes(int? processId = null) => Status(processId, "VmHWM:");

    /// <summary>The peak counts from here on.</summary>
    public static void ResetPeak(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private static long Status(int? processId, string name) =>
        long.Parse(
            File.ReadLines($"/proc/{processId?.ToString(CultureInfo.InvariantCulture) ?? "self"}/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^2],
            CultureInfo.InvariantCulture
        ) * 1024;
}
