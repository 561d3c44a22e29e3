using CsCheck;
using PerfKit.Benchmarks.HitRatio;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Benchmarks.HitRatio.Policies;

namespace PerfKit.Benchmarks.Tests.HitRatio;

public sealed class LoadTests
{
    [Theory]
    [MemberData(nameof(Names))]
    public void Load_generated_twice_is_the_same_stream(string name)
    {
        var load = LoadCatalog.All.Single(l => l.Name == name);

        load.Generate().Should().Equal(load.Generate());
    }

    [Theory]
    [MemberData(nameof(Fixed))]
    public void Load_today_is_the_one_that_policies_were_tuned_on(string name, int distinct, double lruPercent)
    {
        var load = LoadCatalog.All.Single(l => l.Name == name);

        var stream = KeyStream.Of(load.Generate());

        stream.Ids.Should().HaveCount(500_000);
        stream.Distinct.Should().BeCloseTo(distinct, (uint)(distinct / 1_000), "a libm may round a draw otherwise");
        (100.0 * Lru.Hits(stream, load.Capacities[1]) / stream.Ids.Length).Should().BeApproximately(lruPercent, 0.1);
    }

    [Fact]
    public void Every_load_has_its_figures_here_and_three_capacities()
    {
        Fixed.Select(f => f[0]).Should().BeEquivalentTo(LoadCatalog.All.Select(l => l.Name)).And.HaveCount(12);
        LoadCatalog.All.Should().OnlyContain(l => l.Capacities.Length == 3);
    }

    [Fact]
    public void One_hit_wonders_are_half_of_the_objects()
    {
        var load = LoadCatalog.All.Single(l => l.Name == "one-hit-wonders");

        var counts = load.Generate().CountBy(id => id).ToList();

        ((double)counts.Count(c => c.Value == 1) / counts.Count).Should().BeInRange(0.5, 0.8);
    }

    [Fact]
    public void LruStack_under_any_uses_is_a_list_with_the_newest_on_top() =>
        Gen.Int[0, 20]
            .Array[1, 100]
            .Sample(depths =>
            {
                var (stack, list) = (new LruStack(depths.Length), new List<int>());
                foreach (var depth in depths)
                {
                    if (depth >= list.Count)
                    {
                        stack.Push(list.Count);
                        list.Insert(0, list.Count);
                        continue;
                    }

                    var expected = list[depth];
                    list.RemoveAt(depth);
                    list.Insert(0, expected);
                    stack.Touch(depth).Should().Be(expected);
                }
            });

    [Fact]
    public void Zipf_draws_ranks_as_often_as_its_law_says()
    {
        var (rng, zipf) = (new Rng(5), new Zipf(1_000, 1));

        var counts = Enumerable.Range(0, 200_000).Select(_ => zipf.Draw(rng)).CountBy(r => r).ToDictionary();

        ((double)counts[0] / counts[1]).Should().BeApproximately(2, 0.1);
        ((double)counts[0] / counts[9]).Should().BeApproximately(10, 0.7);
    }

    public static TheoryData<string> Names => [.. LoadCatalog.All.Select(l => l.Name)];

    public static TheoryData<string, int, double> Fixed =>
        new()
        {
            { "zipf-strong", 63_476, 62.77 },
            { "zipf-flat", 49_352, 30.67 },
            { "one-hit-wonders", 145_540, 40.99 },
            { "scans", 94_849, 48.9 },
            { "loop", 20_000, 0 },
            { "loops", 19_500, 22 },
            { "drift", 62_053, 33.76 },
            { "phases", 87_574, 49.9 },
            { "recency", 61_908, 57.64 },
            { "bursts", 143_394, 28.08 },
            { "births", 118_349, 64.42 },
            { "tenants", 132_052, 37.68 },
        };
}
