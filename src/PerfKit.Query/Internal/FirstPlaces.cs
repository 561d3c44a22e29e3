using System.Collections.Concurrent;

namespace PerfKit.Query.Internal;

/// <summary>
/// Where the process first ran each statement that a scope heard. At 1,000 it begins anew, so that no flood of statements
/// leaves later ones without a place.
/// </summary>
internal static class FirstPlaces
{
    private const int Capacity = 1_000;
    private static readonly ConcurrentDictionary<string, string> Places = new(StatementComparer.Instance);

    public static string Of(string statement)
    {
        if (Places.TryGetValue(statement, out var place))
        {
            return place;
        }

        if (Places.Count >= Capacity)
        {
            Places.Clear();
        }

        return Places.GetOrAdd(
            statement,
            static _ => CallPlace.Find() is { } found ? $"{found} (first seen)" : "an unknown place"
        );
    }
}
