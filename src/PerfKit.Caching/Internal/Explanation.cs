using static System.FormattableString;

namespace PerfKit.Caching.Internal;

internal static class Explanation
{
    public static string Of<TKey, TValue>(
        TKey key,
        CacheEntry<TKey, TValue>? entry,
        long nowMilliseconds,
        int? waiters,
        Departure departure,
        long capacity
    )
    {
        if (entry is null)
        {
            return waiters is { } count
                ? Invariant($"'{key}' is absent: its factory is running, callers waiting: {count}.")
                : Invariant($"'{key}' is absent: {WhyAbsent(departure, capacity)}.");
        }

        if (entry.ExpiresAtMilliseconds <= nowMilliseconds)
        {
            return Invariant($"'{key}' is absent: it expired {nowMilliseconds - entry.ExpiresAtMilliseconds} ms ago.");
        }

        var expiry =
            entry.ExpiresAtMilliseconds == long.MaxValue
                ? "does not expire"
                : Invariant($"expires in {entry.ExpiresAtMilliseconds - nowMilliseconds} ms");
        var read = entry.Touches > 0 ? "was read" : "was not read";
        return Invariant(
            $"'{key}' is present: weighs {entry.Weight} of {capacity}, {expiry}, {read} since it was last looked at for eviction."
        );
    }

    private static string WhyAbsent(Departure departure, long capacity) =>
        departure switch
        {
            Departure.Evicted => "it was evicted to make room",
            Departure.Expired => "it expired",
            Departure.Removed => "it was removed",
            Departure.NoTime => "its lifetime was zero",
            Departure.TooHeavy => Invariant($"its value weighed more than the whole capacity of {capacity}"),
            Departure.Failed => "its last factory call failed",
            Departure.Invalidated => "it was removed while its factory ran",
            _ => Invariant($"it was never put, or left before the last {DepartureLog.Length} departures"),
        };
}
