using PerfKit.Benchmarks.HitRatio;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Tests.HitRatio;

public sealed class TraceFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_of_words_and_numbers_names_them_by_first_appearance()
    {
        var load = TraceFile.Load(Written("alice\n17\n\nalice\nbob 9\n17,3\n"), [2]);

        load.Generate().Should().Equal(0, 1, 0, 2, 1);
        load.Capacities.Should().Equal(2);
    }

    [Fact]
    public void Load_without_capacities_tries_shares_of_the_distinct_keys()
    {
        var load = TraceFile.Load(Written(string.Join('\n', Enumerable.Range(0, 2_000))), []);

        load.Capacities.Should().Equal(20, 100, 400);
    }

    [Fact]
    public void SizedLoad_takes_the_first_size_of_a_key_and_1_where_there_is_none()
    {
        var stream = TraceFile.SizedLoad(Written("a 100\nb\na 50\nc,7\n"), [64]).Generate();

        stream.Keys.Ids.Should().Equal(0, 1, 0, 2);
        stream.Sizes.Should().Equal(100, 1, 7);
    }

    [Fact]
    public void Fault_of_a_trace_without_an_access_says_so()
    {
        TraceFile.Fault(Written("a\n")).Should().BeEmpty();
        TraceFile.Fault(Written("\n \n")).Should().StartWith("There is no access");
    }

    private string Written(string text)
    {
        var path = _folder.File("trace.txt");
        File.WriteAllText(path, text);
        return path;
    }
}
