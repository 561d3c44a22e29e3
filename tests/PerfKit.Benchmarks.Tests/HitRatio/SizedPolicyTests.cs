using CsCheck;
using PerfKit.Benchmarks.HitRatio;
using PerfKit.Benchmarks.HitRatio.Sized;

namespace PerfKit.Benchmarks.Tests.HitRatio;

public sealed class SizedPolicyTests
{
    private const int Keys = 15;

    private static readonly Gen<(int[] Keys, int Capacity, int[] Sizes)> Any = Gen.Select(
        Streams.Any(longest: 200, Keys, mostCapacity: 60),
        Gen.Int[1, 40].Array[Keys],
        (s, sizes) => (s.Keys, s.Capacity, sizes)
    );

    [Fact]
    public void Gdsf_on_any_stream_hits_as_often_as_a_plain_search_for_the_least_priority() =>
        Any.Sample(s => Objects(Gdsf.Hits(StreamOf(s.Keys, s.Sizes), s.Capacity), s.Keys) == GdsfBySearch(s));

    [Fact]
    public void LruByBytes_with_equal_sizes_hits_as_often_as_by_count() =>
        Streams
            .Any(longest: 200, Keys, mostCapacity: 12)
            .Sample(s =>
            {
                var stream = StreamOf(s.Keys, [.. Enumerable.Repeat(7, Keys)]);
                var byCount = PerfKit.Benchmarks.HitRatio.Policies.Lru.Hits(stream.Keys, s.Capacity);
                return Objects(LruByBytes.Hits(stream, (s.Capacity * 7) + 6), s.Keys) == byCount;
            });

    [Fact]
    public void LruByBytes_evicts_until_the_newcomer_fits_and_keeps_nothing_above_the_bound()
    {
        // Sizes 4, 4, 9, 11 by first appearance; bound 10.
        var stream = new SizedStream(KeyStream.Of([0, 1, 0, 2, 3, 2, 0]), [4, 4, 9, 11]);

        var hits = LruByBytes.Hits(stream, 10);

        hits.Objects.Should().BeApproximately(2 / 7.0, 1e-9, "0 while it lies beside 1, and 2 although 3 passed");
        hits.Bytes.Should().BeApproximately(13 / 45.0, 1e-9);
    }

    private static SizedStream StreamOf(int[] keys, int[] sizes)
    {
        var stream = KeyStream.Of(keys);
        return new SizedStream(stream, [.. keys.Distinct().Select(k => sizes[k])]);
    }

    private static int Objects(SizedHits hits, int[] keys) => (int)Math.Round(hits.Objects * keys.Length);

    private static int GdsfBySearch((int[] Keys, int Capacity, int[] Sizes) s)
    {
        var resident = new Dictionary<int, (double Priority, int Uses)>();
        var (age, hits) = (0.0, 0);
        var lastUse = new Dictionary<int, int>(); // Equal priorities leave in the order in which they were given.
        for (var i = 0; i < s.Keys.Length; i++)
        {
            var key = s.Keys[i];
            var uses = resident.TryGetValue(key, out var found) ? found.Uses : 0;
            hits += uses > 0 ? 1 : 0;
            if (s.Sizes[key] > s.Capacity)
            {
                continue;
            }

            while (uses == 0 && resident.Keys.Sum(k => s.Sizes[k]) + s.Sizes[key] > s.Capacity)
            {
                var victim = resident.MinBy(r => (r.Value.Priority, lastUse[r.Key]));
                age = victim.Value.Priority;
                resident.Remove(victim.Key);
            }

            resident[key] = (age + ((uses + 1.0) / s.Sizes[key]), uses + 1);
            lastUse[key] = i;
        }

        return hits;
    }
}
