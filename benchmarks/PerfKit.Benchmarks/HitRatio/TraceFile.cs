using System.Globalization;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Benchmarks.HitRatio.Sized;

namespace PerfKit.Benchmarks.HitRatio;

/// <summary>A recorded trace: one access a line, a key and after a blank or comma its size in bytes, if known.</summary>
internal static class TraceFile
{
    /// <summary>Shares of the distinct keys that serve as capacities where none were asked for.</summary>
    private static readonly double[] Shares = [0.01, 0.05, 0.2];

    /// <summary>Why the file cannot be tried; empty when it can.</summary>
    public static string Fault(string path) =>
        !File.Exists(path) ? $"There is no file '{path}'"
        : !Accesses(path).Any() ? $"There is no access in '{path}'"
        : "";

    public static Load Load(string path, IReadOnlyList<long> capacities)
    {
        var stream = KeyStream.Of(Accesses(path).Select(a => a.Key));
        var sizes =
            capacities.Count > 0 ? capacities : [.. Shares.Select(s => (long)Math.Max(s * stream.Distinct, 10))];
        return new Load(Path.GetFileName(path), "A recorded trace.", [.. sizes.Select(s => (int)s)], () => stream.Ids);
    }

    public static SizedLoad SizedLoad(string path, IReadOnlyList<long> capacities)
    {
        var accesses = Accesses(path).ToList();
        var stream = KeyStream.Of(accesses.Select(a => a.Key));
        var sizes = new int[stream.Distinct];
        for (var i = accesses.Count - 1; i >= 0; i--)
        {
            sizes[stream.Ids[i]] = accesses[i].Size; // The first size seen stands.
        }

        var all = sizes.Sum(s => (long)s);
        return new SizedLoad(
            Path.GetFileName(path),
            capacities.Count > 0 ? [.. capacities] : [.. Shares.Select(s => (long)Math.Max(s * all, 1024))],
            () => new SizedStream(stream, sizes)
        );
    }

    private static IEnumerable<(string Key, int Size)> Accesses(string path) =>
        File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(Access);

    private static (string Key, int Size) Access(string line)
    {
        var parts = line.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var size) && size > 0
            ? (parts[0], size)
            : (parts[0], 1);
    }
}
