using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Query;

/// <summary>
/// One page to fetch: the parts that belong into your SQL. <code>where {page.Where} order by {page.OrderBy} limit @take</code>
/// The text runs unchanged on PostgreSQL and SQLite, and costs the same at any depth when an index has the order's columns.
/// </summary>
public sealed class KeysetQuery
{
    /// <summary>The largest limit.</summary>
    public const int MaxLimit = 1000;

    private readonly KeysetOrder _order;
    private readonly IKeysetCursors _cursors;
    private readonly string _scope;

    private KeysetQuery(KeysetOrder order, IKeysetCursors cursors, string scope, object[] after, int limit)
    {
        _order = order;
        _cursors = cursors;
        _scope = scope;
        Where = after.Length == 0 ? "1=1" : order.After;
        Take = limit + 1;

        var parameters = new KeyValuePair<string, object>[after.Length + 1];
        for (var i = 0; i < after.Length; i++)
        {
            parameters[i] = new($"k{i}", after[i]);
        }

        parameters[^1] = new("take", Take);
        Parameters = parameters;
    }

    /// <summary>
    /// The condition of the rows behind the cursor, complete in itself: join it with <c>and</c>. <c>1=1</c> on the first
    /// page, else a row value, or its bounded expansion where directions differ.
    /// </summary>
    public string Where { get; }

    /// <summary>The ORDER BY list without the keyword.</summary>
    public string OrderBy => _order.OrderBy;

    /// <summary>The rows to fetch: one more than the limit, to know whether a next page exists. Also the parameter @take.</summary>
    public int Take { get; }

    /// <summary>
    /// The parameters, names without the @: <c>k0</c>, <c>k1</c> and so on for the cursor's values, and <c>take</c>, which
    /// keeps one statement text for all limits. Times are in UTC.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, object>> Parameters { get; }

    /// <summary>Checks a caller's cursor and limit.</summary>
    /// <param name="order">The order of the list.</param>
    /// <param name="cursors">Reads <paramref name="after"/> and makes the next cursor.</param>
    /// <param name="scope">What else a cursor belongs to: tenant, filter, search words.</param>
    /// <param name="after">The caller's cursor; null or empty asks for the first page.</param>
    /// <param name="limit">The page size, 1 to <see cref="MaxLimit"/>.</param>
    /// <param name="query">The query, or null.</param>
    /// <param name="error">A sentence for the caller that begins with <c>limit</c> or <c>after</c>, or null.</param>
    /// <returns>False for a limit out of range, or a cursor that is not one of this order and scope.</returns>
    public static bool TryCreate(
        KeysetOrder order,
        IKeysetCursors cursors,
        string scope,
        string? after,
        int limit,
        [NotNullWhen(true)] out KeysetQuery? query,
        [NotNullWhen(false)] out string? error
    )
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(cursors);
        ArgumentNullException.ThrowIfNull(scope);
        query = null;
        error = null;
        object[] values = [];
        if (limit is < 1 or > MaxLimit)
        {
            error = $"limit is {limit}; it must be 1 to {MaxLimit}.";
            return false;
        }

        if (!string.IsNullOrEmpty(after) && !cursors.TryDecode(order, scope, after, out values))
        {
            error = "after is not a cursor of this list: it was changed, or made for another sort, filter or owner.";
            return false;
        }

        query = new KeysetQuery(order, cursors, scope, values, limit);
        return true;
    }

    /// <summary>Makes the page of the rows fetched; cuts off the extra row and makes the next cursor.</summary>
    /// <param name="rows">The rows in the database's order, at most <see cref="Take"/>.</param>
    /// <param name="valueOf">
    /// Gives a row's value of a field of the order, by its public name, exactly as the database holds it. The SQL must
    /// select these columns even where the caller does not see them.
    /// </param>
    /// <exception cref="ArgumentException">More rows than <see cref="Take"/>: the SQL has no limit; or a value is unusable.</exception>
    public KeysetPage<T> ToPage<T>(IReadOnlyList<T> rows, Func<T, string, object> valueOf)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(valueOf);
        if (rows.Count > Take)
        {
            throw new ArgumentException(
                $"The query gave {rows.Count} rows where {Take} were asked for: end its SQL with 'limit @take'.",
                nameof(rows)
            );
        }

        if (rows.Count < Take)
        {
            return new KeysetPage<T>(rows, Next: null);
        }

        var items = new T[Take - 1];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = rows[i];
        }

        var last = items[^1];
        var values = new object[_order.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = valueOf(last, _order.Columns[i].Name);
        }

        return new KeysetPage<T>(items, _cursors.Encode(_order, _scope, values));
    }
}
