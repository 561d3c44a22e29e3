namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Random histories of spending, changing and giving back.</summary>
[Collection("held leases")]
public sealed class LimiterChangeModelTests
{
    private const int Histories = 20_000;

    [Fact]
    public void Whatever_became_of_the_limits_no_more_is_admitted_than_the_ledgers_allow_and_no_less()
    {
        var first = (ulong)Random.Shared.NextInt64(1L << 60) / 4 * 4;

        Enumerable
            .Range(0, Histories)
            .Select(i => ChangeHistory.Play(first + (ulong)i))
            .FirstOrDefault(static it => it is not null)
            .Should()
            .BeNull();
    }
}
