using PerfKit.Caching.Internal.Memory;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Memory;

/// <summary>Trees as the kernel shows them, of both versions of cgroups.</summary>
public sealed class MemoryLimitsTests : IDisposable
{
    private const string Version1Mount = "34 30 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";
    private const string Version2Mount = "25 30 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw";
    private const string NoLimit = "9223372036854771712";

    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Version_2_takes_the_smallest_of_max_and_high_from_the_group_up_to_the_root()
    {
        Put("proc/self/cgroup", "0::/app/worker");
        Put("proc/self/mountinfo", Version2Mount);
        Put("sys/fs/cgroup/app/worker/memory.max", "max");
        Put("sys/fs/cgroup/app/worker/memory.high", "400000000");
        Put("sys/fs/cgroup/app/memory.max", "300000000");
        Put("sys/fs/cgroup/app/memory.high", "max");

        var group = MemoryGroup.FindTightest(_root.Path);

        group!.LimitBytes.Should().Be(300_000_000);
        group.Folder.Should().EndWith("cgroup/app");
        new MemoryLimits(_root.Path).LimitBytes.Should().Be(300_000_000);
    }

    [Fact]
    public void Version_2_usage_leaves_out_pages_of_files()
    {
        Put("proc/self/cgroup", "0::/");
        Put("proc/self/mountinfo", Version2Mount);
        Put("sys/fs/cgroup/memory.max", "1000000");
        Put("sys/fs/cgroup/memory.current", "900000");
        Put("sys/fs/cgroup/memory.stat", "anon 500000", "file 400000", "inactive_file 300000", "active_file 50000");

        new MemoryLimits(_root.Path).ReadLoad().Should().Be((550_000L, 1_000_000L));
    }

    [Fact]
    public void Version_1_takes_the_limit_of_the_processs_own_group_and_those_above()
    {
        Put("proc/self/cgroup", "9:name=systemd:/", "4:memory:/docker/abc", "0::/");
        Put("proc/self/mountinfo", Version1Mount);
        Put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "268435456");
        Put("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "200000000");
        Put("sys/fs/cgroup/memory/docker/abc/memory.stat", "inactive_file 7", "total_inactive_file 50000000");
        Put("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", NoLimit);
        Put("sys/fs/cgroup/memory/memory.limit_in_bytes", NoLimit);

        var limits = new MemoryLimits(_root.Path);

        limits.LimitBytes.Should().Be(256 << 20);
        limits.ReadLoad().Should().Be((150_000_000L, 256L << 20));
    }

    [Fact]
    public void In_a_container_the_mounts_own_root_is_taken_off_the_groups_path()
    {
        Put("proc/self/cgroup", "4:cpu,memory:/docker/abc");
        Put("proc/self/mountinfo", Version1Mount.Replace(" / /sys", " /docker/abc /sys", StringComparison.Ordinal));
        Put("sys/fs/cgroup/memory/memory.limit_in_bytes", "123456789");

        MemoryGroup.FindTightest(_root.Path)!.LimitBytes.Should().Be(123_456_789);
    }

    [Fact]
    public void Of_both_versions_at_once_the_smaller_limit_binds()
    {
        Put("proc/self/cgroup", "4:memory:/", "0::/");
        Put("proc/self/mountinfo", Version1Mount, "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw");
        Put("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000000");
        Put("sys/fs/cgroup/unified/memory.max", "200000000");

        MemoryGroup.FindTightest(_root.Path)!.IsVersion2.Should().BeTrue();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("garbage", "no mount at all - x")]
    [InlineData("4:memory:/../..", Version1Mount)]
    public void Without_a_readable_limit_the_collectors_own_counts(string cgroup, string mountinfo)
    {
        Put("proc/self/cgroup", cgroup);
        Put("proc/self/mountinfo", mountinfo);

        MemoryGroup.FindTightest(_root.Path).Should().BeNull();
        new MemoryLimits(_root.Path).LimitBytes.Should().Be(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    private void Put(string path, params string[] lines)
    {
        var file = Path.Combine(_root.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllLines(file, lines);
    }
}
