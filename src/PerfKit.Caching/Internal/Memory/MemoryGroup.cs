using System.Globalization;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// A memory cgroup that bounds this process, of version 1 or 2. The process stands in one group of each hierarchy, named
/// in <c>/proc/self/cgroup</c>; <c>/proc/self/mountinfo</c> says where the hierarchy is mounted. Groups above bind too.
/// </summary>
internal sealed record MemoryGroup(string Folder, bool IsVersion2, long LimitBytes)
{
    private const long NoLimit = 1L << 60; // Version 1 writes "none" as a number about 2^63.

    /// <summary>The group with the smallest limit from the process's own up to the root; null when none has one.</summary>
    public static MemoryGroup? FindTightest(string root)
    {
        var groups = new List<MemoryGroup>();
        foreach (var line in ReadLines(Path.Combine(root, "proc/self/mountinfo")))
        {
            if (CgroupMount.TryParse(line, out var mount) && GroupPath(root, mount.IsVersion2) is { } path)
            {
                groups.AddRange(Upwards(root, mount, path));
            }
        }

        return groups.MinBy(static g => g.LimitBytes);
    }

    /// <summary>In use and not to be had by dropping pages of files; null when the files are gone.</summary>
    public long? ReadUsedBytes()
    {
        var usage = ReadNumber(Path.Combine(Folder, IsVersion2 ? "memory.current" : "memory.usage_in_bytes"));
        var prefix = IsVersion2 ? "" : "total_";
        var files = ReadLines(Path.Combine(Folder, "memory.stat"))
            .Select(static line => line.Split(' '))
            .Where(f => f.Length == 2 && (f[0] == $"{prefix}inactive_file" || f[0] == $"{prefix}active_file"))
            .Sum(static f => long.Parse(f[1], CultureInfo.InvariantCulture));
        return usage is { } used ? Math.Max(used - files, 0) : null;
    }

    private static IEnumerable<MemoryGroup> Upwards(string root, CgroupMount mount, string path)
    {
        var top = Path.Combine(root, mount.Point.TrimStart('/'));
        var below =
            mount.Root.Length > 1 && path.StartsWith(mount.Root, StringComparison.Ordinal)
                ? path[mount.Root.Length..]
                : path;
        for (var at = below.Trim('/'); ; at = Path.GetDirectoryName(at) ?? "")
        {
            var folder = Path.Combine(top, at);
            var limits = mount.IsVersion2
                ? [Path.Combine(folder, "memory.max"), Path.Combine(folder, "memory.high")]
                : new[] { Path.Combine(folder, "memory.limit_in_bytes") };
            foreach (var limit in limits.Select(ReadNumber).OfType<long>().Where(static l => l < NoLimit))
            {
                yield return new MemoryGroup(folder, mount.IsVersion2, limit);
            }

            if (at.Length == 0)
            {
                yield break;
            }
        }
    }

    /// <summary>Lines are <c>id:controllers:path</c>; version 2 is <c>0::path</c>.</summary>
    private static string? GroupPath(string root, bool isVersion2) =>
        ReadLines(Path.Combine(root, "proc/self/cgroup"))
            .Select(static line => line.Split(':', 3))
            .FirstOrDefault(p => p.Length == 3 && (isVersion2 ? p[0] == "0" : p[1].Split(',').Contains("memory")))
            ?[2];

    private static long? ReadNumber(string path) =>
        long.TryParse(ReadLines(path).FirstOrDefault(), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // A group that went, or that may not be read, binds as far as we can know not.
        }
    }
}

/// <summary>A line of mountinfo (proc(5)): <c>id parent dev root point options ... - type source superoptions</c>.</summary>
internal readonly record struct CgroupMount(string Root, string Point, bool IsVersion2)
{
    public static bool TryParse(string line, out CgroupMount mount)
    {
        mount = default;
        var halves = line.Split(" - ", 2);
        var left = halves[0].Split(' ');
        var right = halves.Length == 2 ? halves[1].Split(' ') : [];
        if (left.Length < 5 || right.Length < 3)
        {
            return false;
        }

        var isVersion2 = right[0] == "cgroup2";
        if (!isVersion2 && !(right[0] == "cgroup" && right[2].Split(',').Contains("memory")))
        {
            return false;
        }

        mount = new CgroupMount(left[3], left[4], isVersion2);
        return true;
    }
}
