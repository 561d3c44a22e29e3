namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentLeaseTests
{
    private const int Length = 100_000;

    [Fact]
    public void TryGet_leases_the_bytes_that_were_put()
    {
        using var cache = Filled(1);

        cache.TryGet(TestContent.Key(1), out var lease).Should().BeTrue();

        lease.Length.Should().Be(Length);
        lease.Content.Length.Should().Be(Length);
        TestContent.FirstForeign(lease.Content, 1).Should().Be(-1);
        lease.Dispose();
        cache.GetStatistics().Leases.Should().Be(0);
    }

    [Fact]
    public void A_lease_used_after_Dispose_throws_also_as_a_copy()
    {
        using var cache = Filled(1);
        cache.TryGet(TestContent.Key(1), out var lease);
        var copy = lease;
        lease.Dispose();

        FluentActions.Invoking(() => lease.Content).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => copy.Length).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => default(ContentLease).Length).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Dispose_twice_never_releases_the_lease_that_got_the_slot_next()
    {
        using var cache = Filled(1, 2);
        cache.TryGet(TestContent.Key(1), out var first);
        var copy = first;
        first.Dispose();
        cache.TryGet(TestContent.Key(2), out var second);

        first.Dispose();
        copy.Dispose();
        default(ContentLease).Dispose();

        TestContent.FirstForeign(second.Content, 2).Should().Be(-1);
        FluentActions.Invoking(() => first.Content).Should().Throw<ObjectDisposedException>();
        cache.GetStatistics().Leases.Should().Be(1);
        second.Dispose();
        cache.GetStatistics().Leases.Should().Be(0);
    }

    [Fact]
    public void A_leased_content_that_was_removed_stays_readable_and_its_blocks_go_back_with_the_lease()
    {
        using var cache = Filled(1);
        cache.TryGet(TestContent.Key(1), out var lease);

        cache.Remove(TestContent.Key(1)).Should().BeTrue();
        cache.TryPut(TestContent.Key(2), TestContent.Bytes(2, Length)).Should().BeTrue();

        TestContent.FirstForeign(lease.Content, 1).Should().Be(-1);
        var heldWithLease = cache.GetStatistics().HeldBytes;
        lease.Dispose();
        cache.GetStatistics().HeldBytes.Should().Be(heldWithLease / 2);
    }

    [Fact]
    public void A_sequence_kept_beyond_lease_and_content_throws_and_never_shows_the_next_content()
    {
        using var cache = Filled(1);
        cache.TryGet(TestContent.Key(1), out var lease);
        var kept = lease.Content;
        lease.Dispose();
        cache.Remove(TestContent.Key(1));
        cache.TryPut(TestContent.Key(2), TestContent.Bytes(2, Length));

        FluentActions.Invoking(() => kept.FirstSpan[0]).Should().Throw<ObjectDisposedException>();
        FluentActions
            .Invoking(() => TestContent.FirstForeign(kept.Slice(70_000), 1))
            .Should()
            .Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_leased_content_cannot_be_had_as_an_array()
    {
        using var cache = Filled(1);
        cache.TryGet(TestContent.Key(1), out var lease);

        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(lease.Content.First, out _).Should().BeFalse();
        lease.Dispose();
    }

    [Fact]
    public void Many_leases_at_once_are_counted_until_they_are_back()
    {
        using var cache = Filled(1);
        var leases = new List<ContentLease>();
        for (var i = 0; i < 100; i++)
        {
            cache.TryGet(TestContent.Key(1), out var lease);
            leases.Add(lease);
        }

        cache.GetStatistics().Leases.Should().Be(100);
        leases.ForEach(static l => l.Dispose());
        leases.ForEach(static l => l.Dispose());
        cache.GetStatistics().Leases.Should().Be(0);
    }

    private static ContentCache Filled(params int[] ids)
    {
        var cache = TestContent.Cache();
        foreach (var id in ids)
        {
            cache.TryPut(TestContent.Key(id), TestContent.Bytes(id, Length)).Should().BeTrue();
        }

        return cache;
    }
}
