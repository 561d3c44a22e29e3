using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Histories against the exact model; the gate's claim <c>ratelimit/model</c> plays a million of the same.</summary>
[Collection("held leases")]
public sealed class LimiterModelTests
{
    private const int Histories = 8_000;

    [Fact]
    public void Every_algorithm_decides_as_the_exact_model_and_no_window_admits_more_than_its_bound() =>
        Play(new World());

    [Fact]
    public void On_the_machines_clock_no_window_admits_more_and_only_what_is_set_aside_comes_late() =>
        Play(
            new World
            {
                IsMachine = true,
                Make = static (clock, limits) => MachineClock.Limiter(clock, limits),
                SetAside = MachineClock.SetAside,
            }
        );

    private static void Play(World world)
    {
        var first = (ulong)Random.Shared.NextInt64(1L << 60) / 4 * 4;

        var faults = Enumerable
            .Range(0, Histories)
            .Select(i => (Seed: first + (ulong)i, History: History.Play(first + (ulong)i, world)))
            .Where(static it => it.History.Fault is not null || it.History.BadWindows > 0)
            .Select(static it =>
                $"seed {it.Seed}: {it.History.Fault ?? it.History.ToString()}, {it.History.BadWindows} bad"
            );

        faults.FirstOrDefault().Should().BeNull();
    }
}
