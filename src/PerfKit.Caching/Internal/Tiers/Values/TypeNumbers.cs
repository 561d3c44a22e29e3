namespace PerfKit.Caching.Internal;

/// <summary>Counts the types that any cache of the process has seen.</summary>
internal static class TypeNumbers
{
    private static int _last = -1;

    public static int Next() => Interlocked.Increment(ref _last);
}
