using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal.RedisTiers;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>What is known of a server's clock.</summary>
public sealed class TierClockTests
{
    private const double Remote = 5_000_000; // The server's milliseconds when the local clock begins.
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(35);

    private readonly FakeTimeProvider _time = new();
    private readonly TierClock _clock;

    public TierClockTests() => _clock = new TierClock(_time);

    [Fact]
    public void A_quicker_answer_is_believed_and_a_slower_one_only_when_the_bound_has_aged()
    {
        Answer(took: 2);
        Answer(took: 20, set: 5);
        _clock.NowMilliseconds.Should().Be((long)(Remote + _clock.Local()), "that may be the way's fault");

        _time.Advance(TimeSpan.FromMinutes(1)); // 12 ms by then.
        Answer(took: 20, set: 5);

        _clock.NowMilliseconds.Should().Be((long)(Remote + 5 + _clock.Local()));
    }

    [Theory]
    [InlineData(30_000)]
    [InlineData(-30_000)]
    public void A_clock_that_was_set_is_believed_at_once_however_slow_the_answer(int set)
    {
        Answer(took: 0.2);

        Answer(took: 10, set);

        _clock.NowMilliseconds.Should().Be((long)(Remote + set + _clock.Local()));
    }

    [Fact]
    public void A_deadline_comes_early_by_what_is_not_known()
    {
        Answer(took: 4);
        var sent = _clock.Local();

        var until = _clock.Until(sent, Limit) / 1_000.0;

        until.Should().BeApproximately(Remote + sent + 35 - 2, 0.1);
    }

    [Fact]
    public void Before_the_first_answer_there_is_no_deadline() => _clock.Until(_clock.Local(), Limit).Should().Be(0);

    private void Answer(double took, double set = 0)
    {
        var sent = _clock.Local();
        _time.Advance(TimeSpan.FromMilliseconds(took));
        var received = _clock.Local();
        _clock.Learn(Remote + set + ((sent + received) / 2), sent, received);
    }
}
