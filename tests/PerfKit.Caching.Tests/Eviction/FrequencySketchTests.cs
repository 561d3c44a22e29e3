using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

public sealed class FrequencySketchTests
{
    private const int BeforeTheFirstHalving = 39;

    [Fact]
    public void An_estimate_is_never_below_the_true_count_before_a_line_was_halved() =>
        Gen.UInt[0, 20]
            .Array[1, BeforeTheFirstHalving]
            .Sample(
                static hashes => IsAtLeast(hashes, static count => Math.Min(count, FrequencySketch.Most)),
                iter: 3_000
            );

    [Fact]
    public void An_estimate_is_never_below_half_the_true_count_within_one_ageing_period() =>
        Gen.UInt[0, 200]
            .Array[1, 10 * 64]
            .Sample(
                static hashes => IsAtLeast(hashes, static count => Math.Min(count, FrequencySketch.Most) / 2),
                iter: 500
            );

    [Fact]
    public void An_estimate_is_nearly_exact_while_the_sketch_is_not_overfull()
    {
        var sketch = new FrequencySketch();
        sketch.Reserve(8_192);
        for (var key = 1; key <= 4_000; key++)
        {
            sketch.Add(Hash(key), 1 + (key % 3));
        }

        // Ageing halves some lines on the way and collisions raise a few: most are what they were counted.
        Enumerable
            .Range(3_500, 500)
            .Count(key => sketch.Estimate(Hash(key)) == 1 + (key % 3))
            .Should()
            .BeGreaterThan(450);
    }

    [Fact]
    public void An_estimate_stops_at_the_most_a_counter_holds()
    {
        var sketch = new FrequencySketch();

        sketch.Add(7, 30).Should().Be(FrequencySketch.Most);
    }

    [Fact]
    public void Counts_fade_when_other_hashes_are_counted()
    {
        var sketch = new FrequencySketch();
        sketch.Add(7, 15);

        var before = sketch.Estimate(7);
        for (var i = 0; i < 10 * sketch.Entries * 5; i++)
        {
            sketch.Add(8, 1); // Another line or the same: every line is halved once in ten additions an entry.
        }

        before.Should().Be(15);
        sketch.Estimate(7).Should().BeLessThan(8);
    }

    [Fact]
    public void Reserve_beyond_its_room_grows_and_below_it_keeps_the_counts()
    {
        var sketch = new FrequencySketch();
        sketch.Add(7, 5);
        var room = sketch.Entries;

        sketch.Reserve(room);
        sketch.Estimate(7).Should().Be(5);
        sketch.Reserve(room + 1);

        sketch.Entries.Should().BeGreaterThan(room);
        sketch.Estimate(7).Should().Be(0);
    }

    [Fact]
    public void Clear_forgets_everything()
    {
        var sketch = new FrequencySketch();
        sketch.Add(7, 5);

        sketch.Clear();

        sketch.Estimate(7).Should().Be(0);
    }

    private static uint Hash(int key) => (uint)key * 2_654_435_761u;

    private static bool IsAtLeast(uint[] hashes, Func<int, int> least)
    {
        var sketch = new FrequencySketch();
        var counts = new Dictionary<uint, int>();
        foreach (var hash in hashes)
        {
            counts[hash] = counts.GetValueOrDefault(hash) + 1;
            if (sketch.Add(hash, 1) != sketch.Estimate(hash) && counts.Values.Sum() % 40 != 0)
            {
                return false; // What Add gives is the new estimate, unless its line was halved at that moment.
            }
        }

        return counts.All(pair => sketch.Estimate(pair.Key) >= least(pair.Value));
    }
}
