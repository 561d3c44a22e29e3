namespace PerfKit.Query;

/// <summary>One column of a keyset order.</summary>
/// <param name="Name">The public name of the field, as it stands in a sort text.</param>
/// <param name="Sql">The column as it is written into SQL. It comes from the program, never from a caller.</param>
/// <param name="Type">The CLR type of its values, not the nullable one.</param>
/// <param name="Nulls">Where rows without a value stand.</param>
/// <param name="Descending">Whether greater values come first.</param>
public sealed record KeysetColumn(string Name, string Sql, Type Type, KeysetNulls Nulls, bool Descending)
{
    /// <summary>Whether nulls come before all values in this direction.</summary>
    internal bool NullsFirst =>
        Nulls == KeysetNulls.First || Nulls == (Descending ? KeysetNulls.Highest : KeysetNulls.Lowest);
}
