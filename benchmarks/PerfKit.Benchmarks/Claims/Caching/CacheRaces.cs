using System.Globalization;
using PerfKit.Benchmarks.Claims.Caching.Races;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>
/// Wrong answers in a million seeded interleavings of load, set, remove, clear and expiry; wrong bytes, leaked leases and double
/// returns in another million of leases, puts, fills and removals.
/// </summary>
public sealed class CacheRaces : Claim
{
    private const int Seed = 20_261;

    private static readonly (IRacePart Part, int Interleavings)[] Parts =
    [
        (new SteppedRaces(), 1_000_000),
        (new ThreadedRaces(), 1_000),
        (new LeaseRaces(), 1_000_000),
        (new ThreadedLeases(), 1_000),
    ];

    public override string Area => "caching-local";
    public override string Id => "races";
    public override Bar Bar => Bar.AtMost(0, "wrong", "<= 0");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var all = RaceCount.None;
        var notes = new List<string>();
        foreach (var (part, interleavings) in Parts)
        {
            var found = await part.RunAsync(Seed, interleavings, cancellationToken);
            all += found;
            notes.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{part.Name}: {found.Interleavings:N0} interleavings, {found.Steps:N0} steps"
                )
            );
        }

        return new Measured(all.Wrong, "wrong", string.Join("; ", all.First is null ? notes : [.. notes, all.First]));
    }
}
