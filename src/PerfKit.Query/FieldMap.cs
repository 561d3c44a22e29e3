using System.Diagnostics.CodeAnalysis;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// The allow-list of fields a caller may ask for. It turns a text like <c>id,path,size</c> into a
/// <see cref="FieldSelection"/>, which writes the columns to read. Build it once; <see cref="TryParse(string?, out FieldSelection?, out string?)"/>
/// may then be called from any thread.
/// </summary>
public sealed class FieldMap
{
    /// <summary>The most fields and key columns a map can hold.</summary>
    public const int MaxFields = 64;

    /// <summary>The longest text that is read, in characters; all fields of a map named once are never longer.</summary>
    public const int MaxLength = 4096;

    private readonly Dictionary<string, Field> _fields = new(StringComparer.Ordinal);
    private readonly SelectLists _lists;
    private FieldSelection? _default;

    /// <summary>Creates an empty allow-list.</summary>
    /// <param name="maxLists">
    /// How many different column lists the map writes at most, 2 to 256. A new one costs a statement, and with Dapper the
    /// compilation of a row reader; n fields have 2^n. Beyond it a selection reads the smallest known list that has its columns.
    /// </param>
    public FieldMap(int maxLists = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLists, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxLists, 256);
        _lists = new SelectLists(maxLists);
    }

    /// <summary>Allows asking for a field that is read from a column.</summary>
    /// <param name="name">The public name: letters, digits, <c>_</c> and <c>.</c>, at most 63.</param>
    /// <param name="columnSql">
    /// The column as SQL, written into statements as it is: <c>f.content_type</c>, or an expression that ends in
    /// <c>as</c> and a name: <c>length(f.text) as length</c>.
    /// </param>
    /// <param name="byDefault">
    /// Whether it is shown where the caller names no fields. False for a dear one: it is never read for a caller who did not ask
    /// for such a field.
    /// </param>
    /// <exception cref="ArgumentException">The name or the column cannot be used, or is taken.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxFields"/> already.</exception>
    public FieldMap Add(string name, string columnSql, bool byDefault = true)
    {
        CheckNew(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        return Register(name, _lists.Add(SelectColumn.Of(columnSql), byDefault), byDefault);
    }

    /// <summary>
    /// Allows asking for a field that has no column and is loaded for the rows read, for example by a batch loader. It is shown
    /// only when it is named, since it costs a round trip.
    /// </summary>
    /// <param name="name">The public name: letters, digits, <c>_</c> and <c>.</c>, at most 63.</param>
    /// <param name="needs">The columns whose values it is loaded by, as SQL like that of <see cref="Add"/>; read, not shown.</param>
    /// <exception cref="ArgumentException">The name or a column cannot be used, or is taken.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxFields"/> already.</exception>
    public FieldMap AddLoaded(string name, params ReadOnlySpan<string> needs)
    {
        CheckNew(name);
        var reads = 0UL;
        foreach (var column in needs)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(column, nameof(needs));
            reads |= _lists.Add(SelectColumn.Of(column), usual: true);
        }

        return Register(name, reads, byDefault: false);
    }

    /// <summary>
    /// Adds the columns that sorts need and that no field reads yet. A list sorted by them reads them, for the cursor, and
    /// does not show them. Call it last, with the complete allow-list of the same list.
    /// </summary>
    /// <exception cref="ArgumentException">A sort field is an expression that no field of the map reads under a name.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxFields"/> already.</exception>
    public FieldMap AddKeysOf(KeysetFields sortable)
    {
        ArgumentNullException.ThrowIfNull(sortable);
        foreach (var column in sortable.Columns)
        {
            if (!_lists.TryFind(column.Sql, out _))
            {
                _lists.Add(SelectColumn.Of(column.Sql), usual: true);
            }
        }

        return this;
    }

    /// <summary>Reads a text of field names parted by commas; null or empty asks for the fields shown by default.</summary>
    /// <param name="fields">The caller's text; any text is safe. Names are compared letter by letter.</param>
    /// <param name="selection">The selection, or null.</param>
    /// <param name="error">
    /// A sentence for the caller that names the field at fault, or null. It begins with <c>fields repeats</c> where a field is
    /// named twice.
    /// </param>
    /// <returns>False for an unknown, repeated or empty name, or more than <see cref="MaxLength"/> characters.</returns>
    public bool TryParse(
        string? fields,
        [NotNullWhen(true)] out FieldSelection? selection,
        [NotNullWhen(false)] out string? error
    ) => TryParse(fields, isAllowed: null, out selection, out error);

    /// <summary>
    /// The same for a caller who may not see every field. One that is not allowed is answered as one that does not exist when
    /// it is named, and is left out where no fields are named. Give <see cref="KeysetFields"/> the same function.
    /// </summary>
    /// <param name="fields">The caller's text; any text is safe. Names are compared letter by letter.</param>
    /// <param name="isAllowed">
    /// Whether the caller may see the field of this name; asked only for names of the map. Null allows every field.
    /// </param>
    /// <param name="selection">The selection, or null.</param>
    /// <param name="error">
    /// A sentence for the caller that names the field at fault, or null. It begins with <c>fields repeats</c> where a field is
    /// named twice.
    /// </param>
    /// <returns>False for an unknown, repeated or empty name, or more than <see cref="MaxLength"/> characters.</returns>
    public bool TryParse(
        string? fields,
        Func<string, bool>? isAllowed,
        [NotNullWhen(true)] out FieldSelection? selection,
        [NotNullWhen(false)] out string? error
    )
    {
        selection = null;
        error = null;
        if (string.IsNullOrEmpty(fields))
        {
            selection = Default(isAllowed);
            return true;
        }

        var (shown, reads) = (0UL, 0UL);
        error =
            fields.Length > MaxLength
                ? $"fields has {fields.Length} characters; at most {MaxLength} are read."
                : Read(fields, isAllowed, ref shown, ref reads);
        if (error is not null)
        {
            return false;
        }

        selection = new FieldSelection(this, _lists, shown, reads);
        return true;
    }

    /// <summary>Whether a field of the map is among those shown.</summary>
    internal bool Shows(ulong shown, string name) =>
        _fields.TryGetValue(name, out var field)
            ? (shown & field.Bit) != 0
            : throw new ArgumentException($"The map has no field '{name}'.", nameof(name));

    /// <summary>The names of the fields shown, in the order of the map.</summary>
    internal IEnumerable<string> NamesOf(ulong shown) =>
        _fields.Values.Where(field => (shown & field.Bit) != 0).Select(static field => field.Name);

    private FieldSelection Default(Func<string, bool>? isAllowed)
    {
        if (isAllowed is null && _default is { } known)
        {
            return known;
        }

        var (shown, reads) = (0UL, 0UL);
        foreach (var field in _fields.Values)
        {
            if (field.ByDefault && isAllowed?.Invoke(field.Name) != false)
            {
                shown |= field.Bit;
                reads |= field.Reads;
            }
        }

        var selection = new FieldSelection(this, _lists, shown, reads);
        return isAllowed is null ? _default = selection : selection;
    }

    private string? Read(string fields, Func<string, bool>? isAllowed, ref ulong shown, ref ulong reads)
    {
        var known = _fields.GetAlternateLookup<ReadOnlySpan<char>>();
        var position = 0;
        foreach (var range in fields.AsSpan().Split(','))
        {
            var name = fields.AsSpan(range);
            position++;
            if (name.IsEmpty)
            {
                return FieldNames.Missing("fields", position);
            }

            if (!known.TryGetValue(name, out var field) || isAllowed?.Invoke(field.Name) == false)
            {
                return FieldNames.Unknown("fields", name, _fields.Keys, isAllowed);
            }

            if ((shown & field.Bit) != 0)
            {
                return $"fields repeats '{field.Name}': name a field once.";
            }

            shown |= field.Bit;
            reads |= field.Reads;
        }

        return null;
    }

    private void CheckNew(string name)
    {
        FieldNames.Check(name);
        if (_fields.ContainsKey(name))
        {
            throw new ArgumentException($"The field '{name}' was added before.", nameof(name));
        }

        if (_fields.Count == MaxFields)
        {
            throw new InvalidOperationException($"A field map holds at most {MaxFields} fields; '{name}' is one more.");
        }
    }

    private FieldMap Register(string name, ulong reads, bool byDefault)
    {
        _fields.Add(name, new Field(name, 1UL << _fields.Count, reads, byDefault));
        _default = null;
        return this;
    }

    /// <param name="Name">The public name.</param>
    /// <param name="Bit">Its place in a set of fields.</param>
    /// <param name="Reads">The set of columns it needs.</param>
    /// <param name="ByDefault">Whether it is shown where no fields are named.</param>
    private sealed record Field(string Name, ulong Bit, ulong Reads, bool ByDefault);
}
