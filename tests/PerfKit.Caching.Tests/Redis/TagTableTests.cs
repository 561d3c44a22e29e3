using PerfKit.Caching.Internal.RedisTiers;

namespace PerfKit.Caching.Tests.Redis;

public sealed class TagTableTests
{
    [Fact]
    public void A_tag_that_was_not_removed_since_the_baseline_is_judged_from_there_on()
    {
        var table = new TagTable(16, baseline: 10);

        table.IsRemovedAfter("a"u8, 10).Should().BeFalse();
        table.IsRemovedAfter("a"u8, 9).Should().BeNull("it may have been removed at 10");
    }

    [Fact]
    public void What_was_dropped_is_never_taken_for_alive()
    {
        var table = new TagTable(16, baseline: 0);
        var removed = new Dictionary<int, long>();
        var random = new Random(3);
        for (var sequence = 1; sequence <= 2_000; sequence++)
        {
            var tag = random.Next(200);
            removed[tag] = sequence;
            table.Remove(BitConverter.GetBytes(tag), sequence);
            var asked = random.Next(200);
            var known = random.Next(sequence + 1);
            var isRemoved = removed.GetValueOrDefault(asked) > known;
            (table.IsRemovedAfter(BitConverter.GetBytes(asked), known) ?? isRemoved).Should().Be(isRemoved);
        }
    }

    [Fact]
    public void An_answer_is_forgotten_when_something_was_dropped_since_the_question()
    {
        var table = new TagTable(4, baseline: 10); // One bucket of four.
        var floor = table.FloorOf("a"u8);
        table.Remove("a"u8, 11);
        foreach (var tag in "bcdefgh"u8.ToArray())
        {
            table.Remove([tag], 12);
        }

        table.Learn("a"u8, 5, floor);

        table.IsRemovedAfter("a"u8, 8).Should().NotBe(false, "it was removed at 11");
    }
}
