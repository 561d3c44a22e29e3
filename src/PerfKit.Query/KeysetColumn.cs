namespace PerfKit.Query;

/// <summary>One column of a keyset order.</summary>
/// <param name="Name">The public name of the field, as it stands in a sort text.</param>
/// <param name="Sql">The column as it is written into SQL. It comes from the program, never from a caller.</param>
/// <param name="Type">The CLR type of its values: what <see cref="KeysetFields.Add{T}"/> was called with.</param>
/// <param name="Descending">Whether greater values come first.</param>
public sealed record KeysetColumn(string Name, string Sql, Type Type, bool Descending);
