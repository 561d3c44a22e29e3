using PerfKit.TestKit.Histories;

namespace Conventions.Tests.TestKit.Histories;

/// <summary>What the checker takes to be right and wrong, in histories written by hand.</summary>
public sealed class CacheHistoryTests
{
    private readonly CacheHistory _history = new(seed: 7);

    [Fact]
    public void A_read_that_begins_after_a_write_ended_on_its_node_must_see_it()
    {
        var first = Write(0, "a");
        Write(0, "a");
        Write(0, "b");
        Read(1, "b", 3);

        Read(0, "a", first.Value);

        var found = _history.Check()!;
        found.Fault.Should().Be(CacheFault.Stale);
        found.Operations.Should().HaveCount(3, "the value seen, the value missed and the read");
        found
            .ToString()
            .Should()
            .Be(
                """
                Seed 7: node 0 read 1 of a and has to know 2
                    1..2     node 0 Remove a = 1
                    3..4     node 0 Remove a = 2
                    9..10    node 0 Read a = 1
                """
            );
    }

    [Fact]
    public void A_read_that_overlaps_the_write_may_see_either()
    {
        var write = _history.BeginWrite(0, CacheOperationKind.Remove, "a");
        var before = _history.BeginRead(0, "a");
        Read(0, "a", write.Value);
        write.End();
        before.End(0);

        _history.Check().Should().BeNull();
    }

    [Fact]
    public void A_write_that_never_ended_may_be_seen_and_need_not()
    {
        var crashed = _history.BeginWrite(0, CacheOperationKind.Remove, "a");
        Read(0, "a", crashed.Value);
        Read(0, "a", 0);
        _history.Check().Should().BeNull();

        crashed.End(); // Its outbox row was delivered.
        Read(0, "a", 0);

        _history.Check()!.Operations.Should().HaveCount(2);
    }

    [Fact]
    public void Another_node_must_see_it_when_it_has_heard()
    {
        var early = _history.BeginHear(1);
        Write(0, "a");
        early.End();
        Read(1, "a", 0);
        var hear = _history.BeginHear(1);
        Read(1, "a", 0);
        _history.Check().Should().BeNull();

        hear.End();
        Read(1, "a", 0);

        _history.Check()!.Operations.Should().HaveCount(3, "the write, the hearing and the read");
    }

    [Fact]
    public void A_node_that_is_cut_need_not_hear_until_it_is_connected_but_sees_its_own_writes()
    {
        _history.BeginCut(1).End();
        Write(0, "a");
        _history.BeginHear(1).End();
        Read(1, "a", 0);
        _history.Check().Should().BeNull();

        _history.BeginConnect(1).End();
        Read(1, "a", 0);
        _history.Check()!.What.Should().Contain("node 1 read 0 of a and has to know 1");
    }

    [Fact]
    public void A_node_that_is_cut_sees_its_own_writes()
    {
        _history.BeginCut(1).End();
        Write(1, "a");

        Read(1, "a", 0);

        _history.Check()!.Fault.Should().Be(CacheFault.Stale);
    }

    [Fact]
    public void What_a_cut_node_wrote_is_heard_after_it_was_connected()
    {
        _history.BeginCut(0).End();
        Write(0, "a");
        _history.BeginHear(1).End();
        Read(1, "a", 0);
        _history.BeginConnect(0).End();
        Read(1, "a", 0);
        _history.Check().Should().BeNull();

        _history.BeginHear(1).End();
        Read(1, "a", 0);

        _history.Check()!.Fault.Should().Be(CacheFault.Stale);
    }

    [Fact]
    public void A_value_of_another_key_or_from_the_future_was_never_written()
    {
        Read(0, "a", Write(0, "b").Value);
        _history.Check()!.Fault.Should().Be(CacheFault.NeverWritten);

        var future = new CacheHistory(seed: 1);
        future.BeginRead(0, "a").End(1);
        future.BeginWrite(0, CacheOperationKind.Set, "a").End();

        future.Check()!.Operations.Should().ContainSingle();
    }

    [Fact]
    public void A_long_history_is_checked_and_shortened_quickly()
    {
        for (var i = 0; i < 20_000; i++)
        {
            Read(i % 3, "a", Write(i % 3, "a").Value);
            _history.BeginHear(i % 2).End();
        }

        Read(0, "a", 19_000);

        _history.Check()!.Operations.Should().HaveCount(3);
    }

    private CacheOperation Write(int node, string key)
    {
        var write = _history.BeginWrite(node, CacheOperationKind.Remove, key);
        write.End();
        return write;
    }

    private void Read(int node, string key, long value) => _history.BeginRead(node, key).End(value);
}
