namespace PerfKit.Streaming.Tests;

public sealed class MemoryContentStoreTests
{
    private readonly MemoryContentStore _store = new(new MemoryContentStoreOptions { CapacityBytes = 1000 });

    [Fact]
    public async Task A_content_beyond_the_capacity_is_refused_and_takes_no_room()
    {
        await _store.PutAsync(TestBytes.Random(600, seed: 1));

        var put = () => _store.PutAsync(TestBytes.Random(401, seed: 2));

        await put.Should().ThrowAsync<ContentStoreFullException>().WithMessage("*at most 1000 bytes*");
        await _store.PutAsync(TestBytes.Random(400, seed: 3));
    }

    [Fact]
    public async Task Deleted_and_repeated_contents_give_their_room_back()
    {
        var big = TestBytes.Random(1000);
        for (var round = 0; round < 3; round++)
        {
            await _store.PutAsync(big);
            (await _store.DeleteAsync(ContentHash.Compute(big))).Should().BeTrue();
        }

        var half = TestBytes.Random(500);
        await _store.PutAsync(half);
        await _store.PutAsync(half);
        await _store.PutAsync(TestBytes.Random(500, seed: 9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1L << 40) + 1)]
    public void Constructor_with_a_capacity_out_of_range_names_key_value_and_range(long capacityBytes)
    {
        var make = () => new MemoryContentStore(new MemoryContentStoreOptions { CapacityBytes = capacityBytes });

        make.Should()
            .Throw<ArgumentOutOfRangeException>()
            .WithMessage($"*CapacityBytes is {capacityBytes}; it must be between 1 and 1099511627776 bytes*");
    }
}
