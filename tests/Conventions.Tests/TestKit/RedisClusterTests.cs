using PerfKit.TestKit;

namespace Conventions.Tests.TestKit;

public sealed class RedisClusterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task A_replica_takes_over_from_a_killed_master_which_comes_back_as_a_replica()
    {
        await using var cluster = await RedisCluster.StartPrivateAsync();
        cluster.Masters.Should().HaveCount(3);
        cluster.ConnectionString.Split(',').Should().HaveCount(6).And.OnlyHaveUniqueItems();
        var master = cluster.MasterOf(12_182); // The slot of "foo", as the specification of Redis Cluster has it.
        master.Should().BeSameAs(cluster.Masters[2]);
        (await Ping.AskAsync(master.ConnectionString, "SET foo bar")).Should().Be("+OK");

        await master.KillAsync();
        await UntilAnswersAsync(cluster.Replicas[2], "SET foo baz", "+OK");
        await cluster.UntilOkAsync(Long);
        await master.RestartAsync();

        await UntilAnswersAsync(master, "SET foo bar", "-MOVED 12182 " + cluster.Replicas[2].ConnectionString);
    }

    [SkippableFact]
    public async Task A_frozen_master_is_replaced_too()
    {
        await using var cluster = await RedisCluster.StartPrivateAsync();
        cluster.Masters[0].Freeze();

        await UntilAnswersAsync(cluster.Replicas[0], "SET {06S} 1", "+OK"); // Slot 0.

        cluster.Masters[0].Thaw();
        await cluster.UntilOkAsync(Long);
    }

    [SkippableFact]
    public async Task Nothing_is_left_of_a_disposed_cluster()
    {
        Left.SkipUnlessLinux();
        var cluster = await RedisCluster.StartPrivateAsync();
        var ids = cluster.Masters.Concat(cluster.Replicas).Select(static it => it.ProcessId).ToArray();
        var folders = ids.Select(Left.FolderOf).ToArray();
        cluster.Masters[1].Freeze();

        await cluster.DisposeAsync();

        ids.Should().OnlyContain(static id => !Left.IsRunning(id));
        folders.Should().OnlyContain(static folder => !Directory.Exists(folder));
    }

    private static Task UntilAnswersAsync(RedisServer node, string command, string answer) =>
        Left.UntilAsync(async () => await Ping.AskAsync(node.ConnectionString, command) == answer);
}
