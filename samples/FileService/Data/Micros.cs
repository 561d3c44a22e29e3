namespace FileService.Data;

/// <summary>Times as the tables hold them: whole microseconds since 1970-01-01 UTC.</summary>
internal static class Micros
{
    public static long NowMicros(this TimeProvider clock) => From(clock.GetUtcNow().UtcDateTime);

    public static long From(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The UTC time, which JSON writes as RFC 3339 with a Z.</summary>
    public static DateTime ToUtc(long micros) => DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
