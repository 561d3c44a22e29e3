using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Threads that begin together, each with random numbers of its own. What one throws, joining throws.</summary>
internal sealed class Hammer
{
    private readonly List<Thread> _threads = [];
    private readonly List<Exception> _faults = [];

    private Hammer() { }

    public static Hammer Start(int threads, int seed, Action<Dice> work)
    {
        var hammer = new Hammer();
        using var start = new Barrier(threads + 1);
        for (var i = 0; i < threads; i++)
        {
            var dice = new Dice((ulong)((seed * 1_000) + i));
            var thread = new Thread(() => hammer.Run(start, dice, work)) { IsBackground = true };
            thread.Start();
            hammer._threads.Add(thread);
        }

        start.SignalAndWait();
        return hammer;
    }

    public void Join()
    {
        foreach (var thread in _threads)
        {
            thread.Join(TimeSpan.FromSeconds(30)).Should().BeTrue("no thread waits for ever");
        }

        if (_faults.Count > 0)
        {
            throw new AggregateException(_faults);
        }
    }

    private void Run(Barrier start, Dice dice, Action<Dice> work)
    {
        start.SignalAndWait();
        try
        {
            work(dice);
        }
        catch (Exception e)
        {
            lock (_faults)
            {
                _faults.Add(e);
            }
        }
    }
}
