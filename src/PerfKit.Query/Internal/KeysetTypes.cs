namespace PerfKit.Query.Internal;

/// <summary>The value types a keyset column can have, and their one-letter tags in a cursor's shape.</summary>
internal static class KeysetTypes
{
    public const string Allowed = "string, long, int, double, decimal, Guid, DateTimeOffset, DateTime and bool";

    /// <summary>The tag of a type, or '\0' for a type that cannot be a key.</summary>
    public static char Tag(Type type) =>
        type == typeof(string) ? 's'
        : type == typeof(long) ? 'l'
        : type == typeof(int) ? 'i'
        : type == typeof(double) ? 'd'
        : type == typeof(decimal) ? 'm'
        : type == typeof(Guid) ? 'g'
        : type == typeof(DateTimeOffset) ? 't'
        : type == typeof(DateTime) ? 'u'
        : type == typeof(bool) ? 'b'
        : '\0';
}
