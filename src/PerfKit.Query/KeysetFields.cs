using System.Diagnostics.CodeAnalysis;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// The allow-list of fields a caller may sort by. It turns a sort text like <c>-updatedAt,path</c> into a
/// <see cref="KeysetOrder"/>. Build it once; <see cref="TryParse(string?, out KeysetOrder?, out string?)"/> may then be called from any thread.
/// </summary>
public sealed class KeysetFields
{
    private readonly Dictionary<string, KeysetColumn> _columns = new(StringComparer.Ordinal);
    private readonly int _maxSortFields;
    private readonly List<string> _unique = [];

    /// <summary>Creates an empty allow-list.</summary>
    /// <param name="maxSortFields">
    /// How many fields a caller may combine, 1 to 8, unique ones not counted. It bounds the number of different SQL
    /// texts, and so the statement caches of the driver and of Dapper.
    /// </param>
    public KeysetFields(int maxSortFields = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSortFields, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxSortFields, 8);
        _maxSortFields = maxSortFields;
    }

    /// <summary>Allows sorting by a field.</summary>
    /// <typeparam name="T">string, long, int, double, decimal, Guid, DateTimeOffset, DateTime or bool.</typeparam>
    /// <param name="name">The public name: letters, digits, <c>_</c> and <c>.</c>, at most 63.</param>
    /// <param name="columnSql">The column or expression as SQL, written into statements as it is.</param>
    /// <param name="nulls">Where rows without a value stand; <see cref="KeysetNulls.None"/> for a column that is NOT NULL.</param>
    /// <exception cref="ArgumentException">The name, the type or the column cannot be used, or the name is taken.</exception>
    public KeysetFields Add<T>(string name, string columnSql, KeysetNulls nulls = KeysetNulls.None)
    {
        FieldNames.Check(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        if (KeysetTypes.Tag(typeof(T)) == '\0')
        {
            throw new ArgumentException(
                $"The field '{name}' has the type {typeof(T)}; a keyset column can be {KeysetTypes.Allowed}.",
                nameof(name)
            );
        }

        if (!_columns.TryAdd(name, new KeysetColumn(name, columnSql, typeof(T), nulls, Descending: false)))
        {
            throw new ArgumentException($"The field '{name}' was added before.", nameof(name));
        }

        return this;
    }

    /// <summary>
    /// Allows sorting by a field that is unique among the rows of the query and NOT NULL. An order ends in such a field; the one
    /// named first is appended where a sort has none.
    /// </summary>
    /// <typeparam name="T">string, long, int, double, decimal, Guid, DateTimeOffset, DateTime or bool.</typeparam>
    /// <param name="name">The public name: letters, digits, <c>_</c> and <c>.</c>, at most 63.</param>
    /// <param name="columnSql">The column or expression as SQL, written into statements as it is.</param>
    /// <exception cref="ArgumentException">The name, the type or the column cannot be used, or the name is taken.</exception>
    public KeysetFields UniqueBy<T>(string name, string columnSql)
    {
        Add<T>(name, columnSql);
        _unique.Add(name);
        return this;
    }

    /// <summary>
    /// Reads a sort text: field names parted by commas, <c>-</c> before one for descending order. Null or empty sorts by
    /// the unique field, the first where there are several. It is appended where a sort has none, in the direction of the field
    /// before it, so that one index scan serves both; fields behind a unique one cannot matter and are dropped.
    /// </summary>
    /// <param name="sort">The caller's text; any text is safe.</param>
    /// <param name="order">The order, or null.</param>
    /// <param name="error">A sentence for the caller that names the field at fault, or null.</param>
    /// <returns>False for an unknown, repeated or empty field, or too many of them.</returns>
    /// <exception cref="InvalidOperationException">No unique field was named: <see cref="UniqueBy{T}"/> is missing.</exception>
    public bool TryParse(
        string? sort,
        [NotNullWhen(true)] out KeysetOrder? order,
        [NotNullWhen(false)] out string? error
    ) => TryParse(sort, isAllowed: null, out order, out error);

    /// <summary>
    /// The same for a caller who may not see every field: one that is not allowed is answered as one that does not exist. The
    /// unique field that is appended is not asked for: its values stand readable in every cursor, so let it be one that all may see.
    /// </summary>
    /// <param name="sort">The caller's text; any text is safe.</param>
    /// <param name="isAllowed">
    /// Whether the caller may see the field of this name; asked only for names of the list. Null allows every field.
    /// </param>
    /// <param name="order">The order, or null.</param>
    /// <param name="error">A sentence for the caller that names the field at fault, or null.</param>
    /// <returns>False for an unknown, repeated or empty field, or too many of them.</returns>
    /// <exception cref="InvalidOperationException">No unique field was named: <see cref="UniqueBy{T}"/> is missing.</exception>
    public bool TryParse(
        string? sort,
        Func<string, bool>? isAllowed,
        [NotNullWhen(true)] out KeysetOrder? order,
        [NotNullWhen(false)] out string? error
    )
    {
        if (_unique.Count == 0)
        {
            throw new InvalidOperationException("A keyset order ends in a unique column: call UniqueBy.");
        }

        order = null;
        var columns = new List<KeysetColumn>(_maxSortFields + 1);
        error = string.IsNullOrEmpty(sort) ? null : Read(sort, isAllowed, columns);
        if (error is not null)
        {
            return false;
        }

        var unique = columns.FindIndex(c => _unique.Contains(c.Name));
        if (unique >= 0)
        {
            columns.RemoveRange(unique + 1, columns.Count - unique - 1);
        }
        else
        {
            columns.Add(_columns[_unique[0]] with { Descending = columns.Count > 0 && columns[^1].Descending });
        }

        order = new KeysetOrder(columns);
        return true;
    }

    /// <summary>The columns of all fields, as they were added.</summary>
    internal IEnumerable<KeysetColumn> Columns => _columns.Values;

    private string? Read(string sort, Func<string, bool>? isAllowed, List<KeysetColumn> columns)
    {
        foreach (var range in sort.AsSpan().Split(','))
        {
            var field = sort.AsSpan(range);
            var descending = field.StartsWith('-');
            var name = descending ? field[1..] : field;
            if (name.IsEmpty)
            {
                return FieldNames.Missing("sort", columns.Count + 1);
            }

            if (
                !_columns.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var column)
                || isAllowed?.Invoke(column.Name) == false
            )
            {
                return FieldNames.Unknown("sort", name, _columns.Keys, isAllowed);
            }

            if (columns.Exists(c => c.Name == column.Name))
            {
                return $"sort names the field '{column.Name}' twice.";
            }

            columns.Add(column with { Descending = descending });
            if (columns.Count(c => !_unique.Contains(c.Name)) > _maxSortFields)
            {
                return $"sort names more than {_maxSortFields} fields.";
            }
        }

        return null;
    }
}
