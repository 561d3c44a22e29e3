using System.Diagnostics;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes;

/// <summary>How Redis goes and comes back.</summary>
internal enum OutageKind
{
    /// <summary>Frozen and thawed: it has everything, and late commands arrive.</summary>
    Frozen,

    /// <summary>Killed and started empty.</summary>
    Emptied,

    /// <summary>Killed and started with its last snapshot, which lacks what was written behind that.</summary>
    FromSnapshot,
}

internal static class Outage
{
    public static async Task BeginAsync(RedisServer server, OutageKind kind)
    {
        if (kind == OutageKind.Frozen)
        {
            server.Freeze();
        }
        else
        {
            await server.KillAsync();
        }
    }

    /// <summary>Ends it, and gives the moment from which on Redis could have been asked, or one before.</summary>
    public static async Task<long> EndAsync(RedisServer server, OutageKind kind)
    {
        var began = Stopwatch.GetTimestamp();
        if (kind == OutageKind.Frozen)
        {
            server.Thaw();
        }
        else
        {
            await server.RestartAsync();
        }

        return began;
    }
}
