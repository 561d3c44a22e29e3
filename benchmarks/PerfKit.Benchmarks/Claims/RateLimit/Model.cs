using System.Globalization;
using PerfKit.Benchmarks.Gate;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// A million histories of every algorithm, alone and several together, on clocks that also go back: windows that admit
/// more than the stated bound, and decisions, waits and counts that the exact model contradicts.
/// </summary>
public sealed class Model : Claim
{
    private const int Histories = 1_000_000;
    private const int Threads = 2;

    public override string Area => "ratelimit";
    public override string Id => "model";
    public override Bar Bar => Bar.AtMost(0, "windows", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var first = (ulong)Random.Shared.NextInt64(1L << 60) / 4 * 4;
        var plays = Enumerable
            .Range(0, Threads)
            .Select(thread => Task.Run(() => Play(first, thread, cancellationToken), cancellationToken));
        var tallies = await Task.WhenAll(plays);
        var contradicted = tallies.Sum(static it => it.Contradicted);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{tallies.Sum(static it => it.Histories):N0} histories from seed {first}, {tallies.Sum(static it => it.Decisions):N0} decisions, {contradicted} contradicted"
        );
        return new Measured(tallies.Sum(static it => it.BadWindows) + contradicted, "windows", note);
    }

    /// <summary>All with held permits on one thread: a lease object that is disposed again later must not be in use elsewhere.</summary>
    private static Tally Play(ulong first, int thread, CancellationToken cancellationToken)
    {
        var world = new World();
        var tally = new Tally(0, 0, 0, 0);
        for (var seed = first; seed < first + Histories; seed++)
        {
            if ((int)(seed % 4) / (4 / Threads) != thread)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var history = History.Play(seed, world);
            if (history.Fault is not null)
            {
                Console.Error.WriteLine($"ratelimit | model: seed {seed}: {history.Fault}");
            }

            tally = new Tally(
                tally.Histories + 1,
                tally.Decisions + history.Decisions,
                tally.BadWindows + history.BadWindows,
                tally.Contradicted + (history.Fault is null ? 0 : 1)
            );
        }

        return tally;
    }

    private sealed record Tally(int Histories, long Decisions, int BadWindows, int Contradicted);
}
