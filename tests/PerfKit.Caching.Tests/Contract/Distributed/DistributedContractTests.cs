using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using PerfKit.Caching.Tests.Contract.Distributed.Rows;

namespace PerfKit.Caching.Tests.Contract.Distributed;

/// <summary>Every row of the framework's contract, on ours; what needs no Redis also on the framework's own.</summary>
public sealed class DistributedContractTests
{
    [SkippableFact]
    public async Task Our_cache_keeps_every_row()
    {
        await using var stand = await RedisStand.StartAsync();
        var broken = new List<string>();
        foreach (var row in DistributedRows.All(stand))
        {
            if (await row.FaultAsync(default) is { } fault)
            {
                broken.Add($"{row}: {fault}");
            }
        }

        broken.Should().BeEmpty();
    }

    [Fact]
    public async Task The_frameworks_cache_keeps_every_row_that_needs_no_Redis()
    {
        var theirs = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var broken = new List<string>();
        foreach (var row in DistributedRows.Plain(theirs))
        {
            if (await row.FaultAsync(default) is { } fault)
            {
                broken.Add($"{row}: {fault}");
            }
        }

        broken.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task The_rows_have_sentences_of_their_own()
    {
        await using var stand = await RedisStand.StartAsync();

        DistributedRows.All(stand).Select(static row => row.Name).Should().OnlyHaveUniqueItems();
    }
}
