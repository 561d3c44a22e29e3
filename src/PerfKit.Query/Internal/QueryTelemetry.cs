using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PerfKit.Query.Internal;

/// <summary>The package's one meter and one activity source. Costs nothing while nobody listens.</summary>
internal static class QueryTelemetry
{
    private const string Name = "PerfKit.Query";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> CursorsRefused = Meter.CreateCounter<long>(
        "perfkit.query.cursors.refused",
        "{cursor}",
        "Cursors that were not signed for the list they were sent to."
    );

    public static readonly Counter<long> Loads = Meter.CreateCounter<long>(
        "perfkit.query.batch.loads",
        "{load}",
        "Values asked of batch loaders."
    );

    public static readonly Counter<long> Trips = Meter.CreateCounter<long>(
        "perfkit.query.batch.trips",
        "{trip}",
        "Round trips that batch loaders made for them."
    );

    public static readonly Counter<long> Keys = Meter.CreateCounter<long>(
        "perfkit.query.batch.keys",
        "{key}",
        "Different keys that those trips carried."
    );

    public static readonly Histogram<double> LockWait = Meter.CreateHistogram<double>(
        "perfkit.query.migration_lock.wait",
        "s",
        "Time until the migration lock was taken or given up."
    );

    public static readonly Counter<long> Repeated = Meter.CreateCounter<long>(
        "perfkit.query.repeated",
        "{statement}",
        "Statements that ran more often in a scope than they may."
    );
}
