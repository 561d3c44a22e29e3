using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

/// <summary>Alone in the process, as it looks at the memory of the whole of it.</summary>
[Collection(nameof(SteadyStateTests))]
public sealed class CodedMemoryTests
{
    private const int FewBlocks = 8;
    private const int ManyBlocks = 72;

    [Fact]
    public async Task Coding_does_not_allocate_by_the_block_however_long_the_content_is()
    {
        await using var coded = new CodedFixture();
        foreach (var accepted in new[] { CodedFixture.Brotli, CodedFixture.Gzip })
        {
            await AllocatedAsync(coded, accepted, FewBlocks + 1);
            var few = await AllocatedAsync(coded, accepted, FewBlocks);
            var many = await AllocatedAsync(coded, accepted, ManyBlocks);

            ((many - few) / (ManyBlocks - FewBlocks)).Should().BeLessThan(1024);
        }
    }

    /// <summary>Bytes that the process allocates while zeros are coded behind the request.</summary>
    private static async Task<long> AllocatedAsync(CodedFixture coded, AcceptedCodings accepted, int blocks)
    {
        var source = new byte[blocks * ContentReader.BlockBytes];
        var key = CodedFixture.Key(source, accepted);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await coded.OpenAsync(source, accepted);
        await coded.Contents.WhenMadeAsync(key);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        (await coded.AskAsync(source, accepted)).Should().NotBeNull();
        return allocated;
    }
}
