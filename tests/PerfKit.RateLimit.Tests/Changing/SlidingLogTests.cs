using PerfKit.RateLimit.Internal.Limits;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>The log alone, when it is full.</summary>
public sealed class SlidingLogTests
{
    [Fact]
    public void A_log_whose_entries_were_joined_gives_back_what_was_joined()
    {
        const long step = 1_000;
        var log = Limit.Create(Options(LimitAlgorithm.SlidingLog, int.MaxValue, 1), 0);
        for (var i = 1; i <= SlidingLog.MostEntries + 9; i++)
        {
            log.Spend(1, i * step);
        }

        var now = (SlidingLog.MostEntries + 10) * step;
        log.GiveBack(1, 5 * step, now);
        log.GiveBack(1, (SlidingLog.MostEntries + 3) * step, now);
        log.GiveBack(1, SlidingLog.MostEntries * step, now);
        log.Spent(now).Should().Be(SlidingLog.MostEntries + 6);

        log.GiveBack(100, (SlidingLog.MostEntries + 9) * step, now);
        log.Spent(now).Should().Be(SlidingLog.MostEntries - 2, "ten were joined, of which two were given back");
    }
}
