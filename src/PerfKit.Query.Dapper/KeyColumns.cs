namespace PerfKit.Query;

/// <summary>
/// The columns that a load's keys are compared with, by the database's equality: more than one for composite keys. Build it once.
/// </summary>
/// <example><c>new KeyColumns&lt;(long Folder, string Name)&gt;().Add("folder_id", k => k.Folder).Add("name", k => k.Name)</c></example>
public sealed class KeyColumns<TKey>
    where TKey : notnull
{
    private readonly List<IPart> _parts = [];

    private interface IPart
    {
        string ColumnSql { get; }
        string? TypeSql { get; }
        object? Of(TKey key);
        object Of(IReadOnlyCollection<TKey> keys);
    }

    internal IReadOnlyList<string?> Types => _parts.ConvertAll(static part => part.TypeSql);

    /// <summary>Adds a column.</summary>
    /// <param name="columnSql">The column as SQL; it comes from the program, never from a caller.</param>
    /// <param name="part">What of a key the column holds. Null equals nothing.</param>
    /// <param name="typeSql">
    /// The column's type where PostgreSQL would compare as another: <c>citext</c>, or an enum's. Null for the one that
    /// <typeparamref name="TPart"/> is sent as; for an int beside a bigint column that hides the index.
    /// </param>
    public KeyColumns<TKey> Add<TPart>(string columnSql, Func<TKey, TPart> part, string? typeSql = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        ArgumentNullException.ThrowIfNull(part);
        _parts.Add(new Part<TPart>(columnSql, typeSql, part));
        return this;
    }

    /// <summary>The condition of one key, its parts written with the prefix and their number.</summary>
    internal string Condition(string prefix) =>
        _parts.Count > 0
            ? string.Join(" and ", _parts.Select((part, i) => $"{part.ColumnSql} = {prefix}{i}"))
            : throw new InvalidOperationException($"The KeyColumns<{typeof(TKey).Name}> have no column: call Add.");

    internal IEnumerable<object?> PartsOf(TKey key) => _parts.Select(part => part.Of(key));

    internal IEnumerable<object> PartsOf(IReadOnlyCollection<TKey> keys) => _parts.Select(part => part.Of(keys));

    private sealed record Part<TPart>(string ColumnSql, string? TypeSql, Func<TKey, TPart> Get) : IPart
    {
        public object? Of(TKey key) => Get(key);

        public object Of(IReadOnlyCollection<TKey> keys) => keys.Select(Get).ToArray();
    }
}
