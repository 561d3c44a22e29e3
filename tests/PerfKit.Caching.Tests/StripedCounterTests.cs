using PerfKit.Internal;

namespace PerfKit.Caching.Tests;

public sealed class StripedCounterTests
{
    [Fact]
    public void Increment_from_more_threads_than_have_a_cell_of_their_own_is_exact()
    {
        const int Threads = 100;
        const int Times = 20_000;
        var counter = new StripedCounter();
        using var together = new Barrier(Threads); // All at once, so that each has a number of its own.
        var threads = Enumerable
            .Range(0, Threads)
            .Select(_ => new Thread(() =>
            {
                together.SignalAndWait();
                for (var i = 0; i < Times; i++)
                {
                    counter.Increment();
                }
            }))
            .ToList();

        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());

        counter.Value.Should().Be(Threads * Times);
    }
}
