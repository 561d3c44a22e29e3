using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Internal.Keyed;

namespace PerfKit.RateLimit.Tests;

/// <summary>The steps of a decision, with what another thread might do in between.</summary>
public sealed class KeyTableTests
{
    private const long Second = 1_000 * LimitClock.UnitsPerMillisecond;

    private static readonly LimitOptions Bucket = new() { Permits = 1, Period = TimeSpan.FromSeconds(1) };
    private static readonly LimitOptions Held = new() { Permits = 1, Algorithm = LimitAlgorithm.Concurrency };

    private readonly KeyTable _table = Create(Bucket); // One set.
    private readonly long[] _words = new long[1];

    [Fact]
    public void TrySpend_on_a_slot_that_another_key_took_meanwhile_fails()
    {
        var slot = _table.FindOrClaim(11, 0);
        _table.FindOrClaim(99, 0).Should().Be(slot, "the first key's bucket is full, so nothing is lost by taking it");

        _table.TrySpend(slot, 11, 1, 0, _words, out _).Should().BeFalse();
    }

    [Fact]
    public void TrySpend_on_a_slot_that_another_key_took_and_spent_meanwhile_is_not_a_refusal()
    {
        var slot = _table.FindOrClaim(11, 0);
        Spend(_table, 99).Should().Be(0);

        _table.TrySpend(slot, 11, 1, 0, _words, out _).Should().BeFalse();
    }

    [Fact]
    public void TrySpend_on_the_shared_bucket_by_a_key_that_got_a_slot_meanwhile_fails()
    {
        Spend(_table, 11);
        Fill(_table);
        var shared = _table.FindOrClaim(99, 0);
        _table.IsShared(shared).Should().BeTrue();
        _table.IsShared(_table.FindOrClaim(99, Second)).Should().BeFalse();

        _table.TrySpend(shared, 99, 1, Second, _words, out _).Should().BeFalse();
    }

    [Fact]
    public void FindOrClaim_never_takes_a_bucket_that_is_in_use()
    {
        Spend(_table, 11);
        var slot = _table.FindOrClaim(11, 0);

        for (var other = 20; other < 100; other++)
        {
            _table.FindOrClaim(other, Second - 1).Should().NotBe(slot);
        }

        _table.FindOrClaim(11, Second - 1).Should().Be(slot);
    }

    [Fact]
    public void FindOrClaim_never_takes_a_place_of_which_any_limit_is_in_use()
    {
        var table = Create(Bucket, Held);
        for (var key = 20L; key < 20 + KeyTable.SetSlots; key++)
        {
            Spend(table, key).Should().Be(0);
        }

        table.IsShared(table.FindOrClaim(99, 2 * Second)).Should().BeTrue("the buckets are full, but permits are held");
    }

    [Fact]
    public void A_key_with_held_permits_in_the_shared_place_stays_there_until_they_are_back()
    {
        var table = Create(Held);
        for (var key = 20L; key < 20 + KeyTable.SetSlots; key++)
        {
            Spend(table, key).Should().Be(0);
        }

        table.Spend(99, 1, 0, _words, out var shared).Should().Be(0);
        table.IsShared(shared).Should().BeTrue();
        table.TryReturn(table.FindOrClaim(20, 0), 1);

        Spend(table, 99).Should().BePositive("its permit is held there, although there is room now");
        table.TryReturn(shared, 1);
        table.Spend(99, 1, 0, _words, out var own).Should().Be(0);
        table.IsShared(own).Should().BeFalse();
    }

    [Fact]
    public void What_was_spent_between_a_look_and_a_hold_is_seen_although_the_first_word_is_the_same_again()
    {
        var table = Create(Held, Bucket);
        var place = table.FindOrClaim(11, 0);
        var words = new long[2]; // As they were seen: nothing held, nothing spent.
        Spend(table, 11);
        table.TryReturn(place, 1);

        table.TrySpendInHold(place, 11, 1, 0, words, out var wait).Should().BeTrue();

        wait.Should().Be(Second);
        words.Should().Equal([0, Second], "a refusal spends nothing");
    }

    [Fact]
    public void A_table_of_as_many_keys_as_were_asked_for_gives_nearly_all_their_own_place()
    {
        const int keys = 100_000;
        var table = new KeyTable([new KeyLimit(Bucket, 0)], keys);
        var random = new Random(1);

        var shared = Enumerable
            .Range(0, keys)
            .Select(_ => random.NextInt64(long.MinValue, long.MaxValue))
            .Count(key =>
            {
                table.Spend(key, 1, 0, new long[1], out var place);
                return table.IsShared(place);
            });

        shared.Should().BeLessThan(keys / 10_000);
    }

    private static KeyTable Create(params LimitOptions[] limits) =>
        new([.. limits.Select(it => new KeyLimit(it, 0))], 1);

    private static long Spend(KeyTable table, long key) =>
        table.Spend(key, 1, 0, new long[2].AsSpan(..table.Limits), out _);

    /// <summary>Spends of keys until no slot is left that nobody ever had.</summary>
    private static void Fill(KeyTable table)
    {
        for (var key = 20L; key < 20 + KeyTable.SetSlots - 1; key++)
        {
            Spend(table, key);
        }
    }
}
