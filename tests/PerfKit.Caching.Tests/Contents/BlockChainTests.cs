using CsCheck;
using PerfKit.Caching.Internal.Contents;

namespace PerfKit.Caching.Tests.Contents;

public sealed class BlockChainTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 256, 1)]
    [InlineData(64 * 1024, 64 * 1024, 1)]
    [InlineData((64 * 1024) + 1, (64 * 1024) + 256, 2)]
    [InlineData(33 * 1024, 33 * 1024, 2)]
    [InlineData(4 << 20, 4 << 20, 64)]
    public void BytesOf_a_length_is_the_sum_of_its_pieces(long length, long bytes, int pieces) =>
        (BlockChain.BytesOf(length), BlockChain.CountOf(length)).Should().Be((bytes, pieces));

    [Fact]
    public void A_chain_wastes_at_most_a_quarter_above_a_kilobyte_and_has_few_pieces() =>
        Gen.Long[1025, 5 << 20]
            .Sample(length =>
            {
                var bytes = BlockChain.BytesOf(length);
                return bytes >= length && bytes <= length * 1.25 && BlockChain.CountOf(length) <= (length / 65_536) + 8;
            });
}
