using PerfKit.Caching.Tests.Contract.Hybrid.Rows;
using PerfKit.Caching.Tests.Contract.Rows;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Contract.Hybrid;

/// <summary>Every row of what HybridCache documents, on ours; and on the framework's own, which says whether a row is right.</summary>
public sealed class HybridContractTests
{
    // What the framework's HybridCache 10.11 does not do although it says so, or although the other call does.
    private static readonly string[] KnownFaults =
    [
        "a value beyond MaximumPayloadBytes is given, logged and not kept", // It stays in memory: dotnet/extensions 5432.
        "a value set beyond MaximumPayloadBytes is logged and not kept",
        "two keyed caches of one process share nothing", // They share one IMemoryCache and prefix nothing.
    ];

    private static readonly string[] KnownFaultsOverACache =
    [
        .. KnownFaults,
        "another process reads null as it was made", // It reads the empty text.
        "what * removed is gone from behind too", // Asked for once, when a process begins: dotnet/extensions 7411.
        "with what is behind broken, values are removed from memory and no call fails", // What is thrown there passes.
    ];

    [Fact]
    public async Task Our_cache_alone_keeps_every_row()
    {
        await using var stand = await HybridStand.AloneAsync(isOurs: true);

        (await BrokenAsync(stand)).Should().BeEmpty();
    }

    [Fact]
    public async Task Our_cache_over_a_distributed_cache_keeps_every_row()
    {
        await using var stand = await HybridStand.OverDistributedAsync(isOurs: true);

        (await BrokenAsync(stand)).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Our_cache_over_Redis_keeps_every_row()
    {
        var server = await RedisServer.SharedAsync();
        await using var stand = await HybridStand.OverRedisAsync(server.ConnectionString);

        (await BrokenAsync(stand)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_frameworks_cache_keeps_every_row_but_those_of_its_known_faults(bool isOver)
    {
        await using var stand = isOver
            ? await HybridStand.OverDistributedAsync(isOurs: false)
            : await HybridStand.AloneAsync(isOurs: false);

        var broken = await BrokenAsync(stand);

        var known = isOver ? KnownFaultsOverACache : KnownFaults;
        broken.Where(row => !known.Any(row.Contains)).Should().BeEmpty();
        known.Where(fault => !broken.Any(row => row.Contains(fault))).Should().BeEmpty("what is kept is no fault");
    }

    [Fact]
    public async Task The_rows_have_sentences_of_their_own()
    {
        await using var stand = await HybridStand.OverDistributedAsync(isOurs: true);

        HybridRows.All(stand).Select(static row => row.Name).Should().OnlyHaveUniqueItems();
    }

    private static async Task<List<string>> BrokenAsync(HybridStand stand)
    {
        var broken = new List<string>();
        foreach (var row in HybridRows.All(stand))
        {
            if (await row.FaultAsync(default) is { } fault)
            {
                broken.Add($"{row}: {fault}");
            }
        }

        return broken;
    }
}
