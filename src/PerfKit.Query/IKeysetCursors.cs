namespace PerfKit.Query;

/// <summary>
/// Writes and reads cursors: the sort values of a page's last row as an opaque text that nobody else can make. A cursor
/// is bound to its order and to a scope, and is refused under any other. Signed, not secret: a caller can read its values.
/// </summary>
public interface IKeysetCursors
{
    /// <summary>Makes the cursor that stands behind a row.</summary>
    /// <param name="order">The order of the list.</param>
    /// <param name="scope">What else the cursor belongs to: tenant, filter, search words. Not stored, only signed.</param>
    /// <param name="values">The row's value of each column, of exactly the column's type, never null.</param>
    /// <returns>URL-safe text of at most <see cref="KeysetCursors.MaxLength"/> characters.</returns>
    /// <exception cref="ArgumentException">A value is missing, null, NaN, of another type or not valid Unicode.</exception>
    /// <exception cref="InvalidOperationException">The values are too long for a cursor.</exception>
    string Encode(KeysetOrder order, string scope, IReadOnlyList<object> values);

    /// <summary>Reads a cursor. Any text is safe: the signature is compared, in constant time, before anything is parsed.</summary>
    /// <param name="order">The order of the list now asked for.</param>
    /// <param name="scope">The scope now asked for.</param>
    /// <param name="cursor">The caller's text.</param>
    /// <param name="values">The values that <see cref="Encode"/> was given; empty when refused.</param>
    /// <returns>False for a text that is not a cursor of this order and scope, signed by one of the keys.</returns>
    bool TryDecode(KeysetOrder order, string scope, string cursor, out object[] values);
}
