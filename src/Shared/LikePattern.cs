namespace PerfKit.Query.Internal;

/// <summary>LIKE without its wildcards, for <c>escape '\'</c>.</summary>
internal static class LikePattern
{
    public static string Containing(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal)}%";
}
