using PerfKit.Caching.Tests.Contract.Output.Rows;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Contract.Output;

/// <summary>Every row of what output cache stores document, on ours; and on the framework's, which says whether a row is right.</summary>
public sealed class OutputContractTests
{
    [Fact]
    public async Task Our_store_alone_keeps_every_row() => await KeepsEveryRowAsync(OutputStand.Alone());

    [Fact]
    public async Task Our_store_over_a_distributed_cache_keeps_every_row() =>
        await KeepsEveryRowAsync(OutputStand.OverDistributed());

    [SkippableFact]
    public async Task Our_store_over_Redis_keeps_every_row()
    {
        var server = await RedisServer.SharedAsync();
        await KeepsEveryRowAsync(await OutputStand.OverRedisAsync(server.ConnectionString));
    }

    [Fact]
    public async Task The_frameworks_store_keeps_every_row() => await KeepsEveryRowAsync(OutputStand.Frameworks());

    private static async Task KeepsEveryRowAsync(OutputStand stand)
    {
        await using (stand)
        {
            var rows = OutputRows.All(stand);
            rows.Select(static row => row.Name).Should().OnlyHaveUniqueItems();
            var broken = new List<string>();
            foreach (var row in rows)
            {
                if (await row.FaultAsync(default) is { } fault)
                {
                    broken.Add($"{row}: {fault}");
                }
            }

            broken.Should().BeEmpty();
        }
    }
}
