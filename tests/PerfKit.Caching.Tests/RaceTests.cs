using PerfKit.Benchmarks.Claims.Caching.Races;

namespace PerfKit.Caching.Tests;

/// <summary>The engine of the claim <c>races</c>, with fewer rounds.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Seeded_interleavings_of_load_set_remove_clear_and_expiry_give_no_wrong_answer()
    {
        var found = await new SteppedRaces().RunAsync(1, 40_000, CancellationToken.None);

        found.First.Should().BeNull();
        found.Wrong.Should().Be(0);
        found.Interleavings.Should().Be(40_000);
    }

    [Fact]
    public async Task Threads_that_read_and_write_see_versions_in_order_and_never_miss_a_key_that_is_only_replaced()
    {
        var found = await new ThreadedRaces().RunAsync(1, 60, CancellationToken.None);

        found.First.Should().BeNull();
        found.Wrong.Should().Be(0);
    }

    [Fact]
    public async Task Seeded_interleavings_of_leases_puts_fills_and_removals_give_no_wrong_byte_and_leak_nothing()
    {
        var found = await new LeaseRaces().RunAsync(1, 40_000, CancellationToken.None);

        found.First.Should().BeNull();
        found.Wrong.Should().Be(0);
        found.Interleavings.Should().Be(40_000);
    }

    [Fact]
    public async Task Leases_that_threads_pass_on_and_return_twice_give_their_bytes_and_leak_nothing()
    {
        var found = await new ThreadedLeases().RunAsync(1, 60, CancellationToken.None);

        found.First.Should().BeNull();
        found.Wrong.Should().Be(0);
    }
}
