using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Query;

/// <summary>
/// Writes and reads cursors: the sort values of a page's last row as an opaque text that nobody else can make. A cursor
/// is bound to its order and to a scope, and is refused under any other. Signed, not secret: a caller can read its values.
/// </summary>
public interface IKeysetCursors
{
    /// <summary>Makes the cursor of a place in a list.</summary>
    /// <param name="order">The order of the list.</param>
    /// <param name="scope">What else the cursor belongs to: tenant, filter, search words. Not stored, only signed.</param>
    /// <param name="position">The place; its values are of exactly the columns' types.</param>
    /// <returns>URL-safe text of at most <see cref="KeysetCursors.MaxLength"/> characters.</returns>
    /// <exception cref="ArgumentException">A value is missing, of another type, null in a NOT NULL column, or not valid Unicode.</exception>
    /// <exception cref="InvalidOperationException">The values are too long for a cursor.</exception>
    string Encode(KeysetOrder order, string scope, KeysetPosition position);

    /// <summary>Reads a cursor. Any text is safe: the signature is compared, in constant time, before anything is parsed.</summary>
    /// <param name="order">The order of the list now asked for.</param>
    /// <param name="scope">The scope now asked for.</param>
    /// <param name="cursor">The caller's text.</param>
    /// <param name="position">What <see cref="Encode"/> was given, or null when refused.</param>
    /// <returns>False for a text that is not a cursor of this order and scope, signed by one of the keys.</returns>
    bool TryDecode(KeysetOrder order, string scope, string cursor, [NotNullWhen(true)] out KeysetPosition? position);
}
