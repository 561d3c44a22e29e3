using CsCheck;
using PerfKit.Benchmarks.HitRatio;
using PerfKit.Benchmarks.HitRatio.Policies;

namespace PerfKit.Benchmarks.Tests.HitRatio;

public sealed class PolicyTests
{
    [Fact]
    public void Lru_on_any_stream_hits_as_often_as_a_plain_list() =>
        Streams
            .Any(longest: 200, keys: 20, mostCapacity: 12)
            .Sample(s => Lru.Hits(KeyStream.Of(s.Keys), s.Capacity) == LruByList(s.Keys, s.Capacity));

    [Fact]
    public void Opt_on_any_stream_hits_as_often_as_the_best_of_all_ways_to_evict() =>
        Streams
            .Any(longest: 12, keys: 6, mostCapacity: 4)
            .Sample(s => Opt.Hits(KeyStream.Of(s.Keys), s.Capacity) == BestOfAll(s.Keys, 0, [], s.Capacity));

    [Fact]
    public void Opt_on_any_stream_is_beaten_by_no_policy() =>
        Streams
            .Any(longest: 400, keys: 40, mostCapacity: 20)
            .Sample(
                s =>
                {
                    var stream = KeyStream.Of(s.Keys);
                    var opt = Opt.Hits(stream, s.Capacity);
                    return Lru.Hits(stream, s.Capacity) <= opt
                        && S3Fifo.Hits(stream, s.Capacity) <= opt
                        && Subject.Hits(stream, s.Capacity) <= opt;
                },
                iter: 1_000
            );

    [Fact]
    public void Opt_on_a_loop_hits_what_theory_says() =>
        Opt.Hits(KeyStream.Of(Enumerable.Range(0, 1_000_000).Select(i => i % 1_001)), 501)
            .Should()
            .BeInRange(499_000, 500_001, "each round keeps 500 of the 1,000 others");

    [Fact]
    public void S3Fifo_keeps_what_was_read_twice_while_small_from_a_scan()
    {
        var scan = Enumerable.Range(100, 50);

        // Capacity 10: a small queue of 1, a main queue of 9. Key 1 is read twice more and so moves to main.
        S3Fifo.Hits(KeyStream.Of([1, 1, 1, .. scan, 1]), 10).Should().Be(3);
        S3Fifo.Hits(KeyStream.Of([1, 1, .. scan, 1]), 10).Should().Be(1, "one more read is not enough");
    }

    [Fact]
    public void S3Fifo_sends_what_returns_from_the_ghosts_to_the_main_queue()
    {
        var fill = Enumerable.Range(100, 12);
        var scan = Enumerable.Range(200, 50);

        // Key 1 is evicted, remembered, returns as a miss and then outlives a scan in the main queue.
        S3Fifo.Hits(KeyStream.Of([1, .. fill, 1, .. scan, 1]), 10).Should().Be(1);
        S3Fifo.Hits(KeyStream.Of([1, .. fill, .. fill.Select(i => i + 20), 1, .. scan, 1]), 10).Should().Be(0);
    }

    private static int LruByList(int[] keys, int capacity)
    {
        var (list, hits) = (new List<int>(), 0);
        foreach (var key in keys)
        {
            if (list.Remove(key))
            {
                hits++;
            }
            else if (list.Count == capacity)
            {
                list.RemoveAt(0);
            }

            list.Add(key);
        }

        return hits;
    }

    private static int BestOfAll(int[] keys, int at, int[] resident, int capacity)
    {
        if (at == keys.Length)
        {
            return 0;
        }

        if (resident.Contains(keys[at]))
        {
            return 1 + BestOfAll(keys, at + 1, resident, capacity);
        }

        return resident.Length < capacity
            ? BestOfAll(keys, at + 1, [.. resident, keys[at]], capacity)
            : resident.Max(victim => BestOfAll(keys, at + 1, [.. resident.Except([victim]), keys[at]], capacity));
    }
}
