using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

/// <summary>Alone in the process, as it looks at the memory of the whole of it.</summary>
[Collection(nameof(SteadyStateTests))]
public sealed class CodedMemoryTests
{
    private const int FewBlocks = 8;
    private const int ManyBlocks = 72;
    private const int Rounds = 4;

    [Fact]
    public async Task Coding_does_not_allocate_by_the_block_however_long_the_content_is()
    {
        await using var coded = new CodedFixture();
        foreach (var accepted in new[] { CodedFixture.Brotli, CodedFixture.Gzip })
        {
            var few = await LeastAllocatedAsync(coded, accepted, FewBlocks);
            var many = await LeastAllocatedAsync(coded, accepted, ManyBlocks);

            ((many - few) / (ManyBlocks - FewBlocks)).Should().BeLessThan(1024);
        }
    }

    /// <summary>The least of some rounds: what else the process does in one of them, it does on top.</summary>
    private static async Task<long> LeastAllocatedAsync(CodedFixture coded, AcceptedCodings accepted, int blocks)
    {
        var least = long.MaxValue;
        for (byte round = 0; round < Rounds; round++)
        {
            least = Math.Min(least, await AllocatedAsync(coded, accepted, blocks, round));
        }

        return least;
    }

    /// <summary>Bytes that the process allocates while a content is coded behind the request.</summary>
    private static async Task<long> AllocatedAsync(CodedFixture coded, AcceptedCodings accepted, int blocks, byte round)
    {
        var source = new byte[blocks * ContentReader.BlockBytes];
        source[0] = round; // Another content in each, as none is coded twice.
        var key = CodedFixture.Key(source, accepted);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await coded.OpenAsync(source, accepted);
        await coded.Contents.WhenMadeAsync(key);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        (await coded.AskAsync(source, accepted)).Should().NotBeNull();
        return allocated;
    }
}
