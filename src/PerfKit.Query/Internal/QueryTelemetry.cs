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

    public static readonly Histogram<double> ConnectionWait = Meter.CreateHistogram<double>(
        "db.client.connection.wait_time",
        "s",
        "Time that callers waited for a connection of a bounded pool, where they had to."
    );

    public static readonly Histogram<double> ConnectionUse = Meter.CreateHistogram<double>(
        "db.client.connection.use_time",
        "s",
        "Time from a connection's opening until it was given back."
    );

    public static readonly UpDownCounter<long> PendingConnections = Meter.CreateUpDownCounter<long>(
        "db.client.connection.pending_requests",
        "{request}",
        "Callers that wait for a connection."
    );

    public static readonly Counter<long> ConnectionTimeouts = Meter.CreateCounter<long>(
        "db.client.connection.timeouts",
        "{timeout}",
        "Callers that got none: the queue was full or the wait too long."
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
