using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>What voids a claim: everything that was written, removed or put between the claim and its write.</summary>
public sealed class DistributedTierClaimTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly DistributedTierStore _store = new();
    private readonly DistributedTier _tier;

    public DistributedTierClaimTests() => _tier = Process();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_removal_of_everything_voids_a_claim_without_tags(bool isElsewhere)
    {
        var claim = await _tier.ClaimAsync("key", null, default);

        await (isElsewhere ? Process() : _tier).RemoveByTagAsync("*", default);
        await claim.WriteAsync(Value(1), default);

        (await Process().ReadAsync("key", default)).Should().BeNull();
    }

    [Fact]
    public async Task A_rejoin_that_lost_its_keys_voids_every_claim_from_before()
    {
        var claim = await _tier.ClaimAsync("key", null, default);

        await _tier.RejoinAsync([], ["*"], default);

        (await claim.WriteAsync(Value(1), default)).Should().BeFalse();
        (await Process().ReadAsync("key", default)).Should().BeNull();
    }

    [Fact]
    public async Task A_claim_s_write_voids_the_key_s_other_claims()
    {
        var older = await _tier.ClaimAsync("key", null, default);
        var newer = await _tier.ClaimAsync("key", null, default);

        (await newer.WriteAsync(Value(2), default)).Should().BeTrue();
        (await older.WriteAsync(Value(1), default)).Should().BeFalse();

        (await ReadAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_voided_claim_voids_no_other()
    {
        var older = await _tier.ClaimAsync("key", null, default);
        await _tier.RemoveAsync("key", default);
        var newer = await _tier.ClaimAsync("key", null, default);

        (await older.WriteAsync(Value(1), default)).Should().BeFalse();
        (await newer.WriteAsync(Value(2), default)).Should().BeTrue();
    }

    [Fact]
    public async Task A_put_voids_a_claim_taken_while_it_was_on_its_way()
    {
        var gate = new TaskCompletionSource();
        _store.Before = call => call == "set 1:n:k:key" ? gate.Task : Task.CompletedTask;
        var put = _tier.PutAsync("key", Value(2), default);
        var claim = await _tier.ClaimAsync("key", null, default);
        gate.SetResult();
        await put;

        (await claim.WriteAsync(Value(1), default)).Should().BeFalse();

        (await ReadAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_removal_voids_a_claim_taken_while_it_was_on_its_way()
    {
        var gate = new TaskCompletionSource();
        _store.Before = call => call == "remove 1:n:k:key" ? gate.Task : Task.CompletedTask;
        var removal = _tier.RemoveAsync("key", default);
        var claim = await _tier.ClaimAsync("key", null, default);
        gate.SetResult();
        await removal;

        (await claim.WriteAsync(Value(1), default)).Should().BeFalse();
    }

    [Fact]
    public async Task A_removed_tag_is_asked_for_anew_by_the_process_that_removed_it()
    {
        var claim = await _tier.ClaimAsync("key", null, default);
        (await claim.WriteAsync(Value(1, "tag"), default)).Should().BeTrue();
        (await ReadAsync()).Should().Be(1);

        await _tier.RemoveByTagAsync("tag", default);

        (await _tier.ReadAsync("key", default)).Should().BeNull();
    }

    private static TierValue Value(byte value, params string[] tags) =>
        new(new ReadOnlySequence<byte>([value]), tags, TimeSpan.FromMinutes(1));

    private DistributedTier Process() => new(_store, "n", new DistributedTierOptions(), _clock);

    private async Task<int?> ReadAsync()
    {
        using var entry = await _tier.ReadAsync("key", default);
        return entry?.Payload.FirstSpan[0];
    }
}
