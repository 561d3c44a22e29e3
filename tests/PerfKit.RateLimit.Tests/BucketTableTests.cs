using PerfKit.RateLimit.Internal;

namespace PerfKit.RateLimit.Tests;

/// <summary>The steps of a decision, with what another thread might do in between.</summary>
public sealed class BucketTableTests
{
    private const long Second = 1_000_000_000;

    private readonly BucketTable _table = new(1); // One set.
    private readonly Gcra _gcra = new(permitsPerSecond: 1, burst: 1);

    [Fact]
    public void TrySpend_on_a_slot_that_another_key_took_meanwhile_fails()
    {
        var slot = _table.FindOrClaim(1, 0);
        _table.FindOrClaim(2, 0).Should().Be(slot, "the first key's bucket is full, so nothing is lost by taking it");

        _table.TrySpend(slot, 1, _gcra, 1, 0, out _).Should().BeFalse();
    }

    [Fact]
    public void TrySpend_on_a_slot_that_another_key_took_and_spent_meanwhile_is_not_a_refusal()
    {
        var slot = _table.FindOrClaim(1, 0);
        _table.Spend(2, _gcra, 1, 0).IsAdmitted.Should().BeTrue();

        _table.TrySpend(slot, 1, _gcra, 1, 0, out _).Should().BeFalse();
        _table.Spend(1, _gcra, 1, 0).IsAdmitted.Should().BeTrue();
    }

    [Fact]
    public void TrySpend_on_the_shared_bucket_by_a_key_that_got_a_slot_meanwhile_fails()
    {
        for (var early = 1; early <= BucketTable.SetSlots; early++)
        {
            _table.Spend(early, _gcra, 1, 0);
        }

        var shared = _table.FindOrClaim(99, 0);
        shared.Should().Be(BucketTable.SetSlots);
        _table.FindOrClaim(99, Second).Should().BeLessThan(BucketTable.SetSlots);

        _table.TrySpend(shared, 99, _gcra, 1, Second, out _).Should().BeFalse();
    }

    [Fact]
    public void FindOrClaim_never_takes_a_bucket_that_is_in_use()
    {
        _table.Spend(1, _gcra, 1, 0);
        var slot = _table.FindOrClaim(1, 0);

        for (var other = 2; other < 100; other++)
        {
            _table.FindOrClaim(other, Second - 1).Should().NotBe(slot);
        }

        _table.FindOrClaim(100, Second).Should().Be(slot);
    }
}
