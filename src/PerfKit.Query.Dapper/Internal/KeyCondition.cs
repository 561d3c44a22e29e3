namespace PerfKit.Query.Internal;

/// <summary>The place of a load's condition in its statement.</summary>
internal static class KeyCondition
{
    private const string Placeholder = "{keys}";

    /// <exception cref="ArgumentException">The statement has no place for it.</exception>
    public static string Fill(string sql, string condition) =>
        sql.Contains(Placeholder, StringComparison.Ordinal)
            ? sql.Replace(Placeholder, condition, StringComparison.Ordinal).TrimEnd().TrimEnd(';')
            : throw new ArgumentException(
                $"The statement has no {Placeholder} where the condition belongs.",
                nameof(sql)
            );
}
