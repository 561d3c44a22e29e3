using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Permits set aside, alone: threads that spend them and one that takes them back and sets others aside.</summary>
public sealed class CreditTests
{
    private readonly Credit _credit = new();

    [Fact]
    public void TrySpend_takes_what_is_there_and_nothing_else()
    {
        _credit.Issue(5);

        _credit.TrySpend(0).Should().BeFalse("a look is not a purchase");
        _credit.TrySpend(6).Should().BeFalse();
        _credit.TrySpend(3).Should().BeTrue();
        _credit.TrySpend(3).Should().BeFalse();
        _credit.TrySpend(2).Should().BeTrue();
        _credit.TakeBack().Should().Be((5, 2L));
    }

    [Fact]
    public void Undo_gives_back_what_was_taken_too_much()
    {
        var place = new Credit.Place();
        place.Add(1);

        var word = place.Take(5);
        place.Undo(5, word);

        place.Content.Should().Be((1, 0));
    }

    [Fact]
    public void Undo_after_all_was_taken_back_gives_back_the_lease_alone()
    {
        var place = new Credit.Place();
        place.Add(1);
        var word = place.Take(5);
        place.TakeBack().Should().Be((-4, 1), "the limits are told of all five");
        place.Add(8);

        place.Undo(5, word);

        place.Content.Should().Be((8, -1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TakeBack_while_threads_spend_never_finds_more_than_was_set_aside_and_counts_every_lease(int seed)
    {
        const int setAside = 8;
        var charged = 0L;
        var leases = 0L;
        var least = 0;
        var spent = 0L;
        var granted = 0L;
        var isOver = false;
        var threads = Hammer.Start(
            3,
            seed,
            dice =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    var permits = (int)dice.Between(1, 5);
                    if (_credit.TrySpend(permits))
                    {
                        Interlocked.Add(ref spent, permits);
                        Interlocked.Increment(ref granted);
                    }
                }
            }
        );

        for (var i = 0; i < 300_000; i++)
        {
            Settle();
            _credit.Issue(setAside);
        }

        Volatile.Write(ref isOver, true);
        threads.Join();
        Settle();

        least.Should().Be(0, "what comes back later would be spent beside what was regained");
        charged.Should().BeGreaterThanOrEqualTo(spent);
        leases.Should().Be(granted);

        void Settle()
        {
            var (taken, made) = _credit.TakeBack();
            least = Math.Min(least, taken);
            charged += taken;
            leases += made;
        }
    }
}
