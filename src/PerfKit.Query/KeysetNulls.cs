namespace PerfKit.Query;

/// <summary>Where the rows without a value stand in a keyset order.</summary>
public enum KeysetNulls
{
    /// <summary>The column is NOT NULL.</summary>
    None,

    /// <summary>Before all values, in both directions.</summary>
    First,

    /// <summary>Behind all values, in both directions.</summary>
    Last,

    /// <summary>As if null were the lowest value: SQLite's own order, so that a plain index serves both directions.</summary>
    Lowest,

    /// <summary>As if null were the highest value: PostgreSQL's own order, so that a plain index serves both directions.</summary>
    Highest,
}
