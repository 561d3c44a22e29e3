using System.Globalization;

namespace PerfKit.Benchmarks.Claims.Caching.Contents;

/// <summary>A memory cgroup below this process's own, for children; of version 1 or 2. Needs the right to make one.</summary>
internal sealed class LimitedGroup : IDisposable
{
    private LimitedGroup(string path, int version)
    {
        Path = path;
        Version = version;
    }

    public string Path { get; }

    public int Version { get; }

    /// <exception cref="InvalidOperationException">There is no memory controller, or no right to it.</exception>
    public static LimitedGroup Create(long limitBytes)
    {
        var (parent, version) = FindOwn();
        var group = new LimitedGroup(System.IO.Path.Combine(parent, $"perfkit-{Environment.ProcessId}"), version);
        try
        {
            if (version == 2)
            {
                File.WriteAllText(System.IO.Path.Combine(parent, "cgroup.subtree_control"), "+memory");
            }

            Directory.CreateDirectory(group.Path);
            var file = version == 2 ? "memory.max" : "memory.limit_in_bytes";
            File.WriteAllText(
                System.IO.Path.Combine(group.Path, file),
                limitBytes.ToString(CultureInfo.InvariantCulture)
            );
            return group;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"No right to make a memory cgroup in '{parent}': {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path); // A group without processes; its files go with it.
        }
    }

    private static (string Path, int Version) FindOwn()
    {
        foreach (var mount in File.ReadLines("/proc/self/mountinfo").Select(static line => line.Split(' ')))
        {
            var type = mount[Array.IndexOf(mount, "-") + 1];
            var isVersion2 = type == "cgroup2" && File.Exists(System.IO.Path.Combine(mount[4], "cgroup.controllers"));
            var hasMemory = isVersion2
                ? File.ReadAllText(System.IO.Path.Combine(mount[4], "cgroup.controllers")).Contains("memory")
                : type == "cgroup" && mount[^1].Split(',').Contains("memory");
            if (hasMemory)
            {
                return (System.IO.Path.Join(mount[4], GroupOf(isVersion2)), isVersion2 ? 2 : 1);
            }
        }

        throw new InvalidOperationException("No hierarchy of cgroups with a memory controller is mounted.");
    }

    private static string GroupOf(bool isVersion2) =>
        File.ReadLines("/proc/self/cgroup")
            .Select(static line => line.Split(':', 3))
            .First(p => isVersion2 ? p[0] == "0" : p[1].Split(',').Contains("memory"))[2];
}
