namespace PerfKit.Query;

/// <summary>PostgreSQL: a list is one array parameter, <c>column = any(@ids)</c>.</summary>
public sealed class PostgreSqlDialect : ISqlDialect
{
    /// <inheritdoc/>
    public string Name => "postgresql";

    /// <inheritdoc/>
    public string In(string columnSql, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        ArgumentException.ThrowIfNullOrWhiteSpace(parameterName);
        return $"{columnSql} = any(@{parameterName.TrimStart('@')})";
    }

    /// <inheritdoc/>
    /// <remarks>
    /// An array of T. Its element type must be the column's: a bigint array beside an int column hides the index.
    /// </remarks>
    public object ListParameter<T>(IReadOnlyCollection<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values as T[] ?? [.. values];
    }
}
