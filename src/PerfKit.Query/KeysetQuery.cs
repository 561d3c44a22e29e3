using System.Diagnostics.CodeAnalysis;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// One page to fetch. It costs the same at any depth, forward and backward, when an index has the order's columns; see
/// <c>docs/keyset-pages.md</c>.
/// </summary>
public sealed class KeysetQuery
{
    /// <summary>The largest limit.</summary>
    public const int MaxLimit = 1000;

    /// <summary>In the place of a cursor: the first page, as no cursor is.</summary>
    public const string First = "first";

    /// <summary>In the place of a cursor: the last page.</summary>
    public const string Last = "last";

    private readonly KeysetOrder _order;
    private readonly IKeysetCursors _cursors;
    private readonly string _scope;
    private readonly KeysetPosition? _position;
    private readonly int _limit;

    private KeysetQuery(
        KeysetOrder order,
        IKeysetCursors cursors,
        string scope,
        KeysetPosition? position,
        bool backward,
        int limit
    )
    {
        _order = order;
        _cursors = cursors;
        _scope = scope;
        _position = position;
        IsBackward = backward;
        _limit = limit;
    }

    /// <summary>Whether the page was asked for from behind: by <see cref="Last"/> or by a <see cref="KeysetPage{T}.Previous"/>.</summary>
    public bool IsBackward { get; }

    /// <summary>Checks a caller's cursor and limit.</summary>
    /// <param name="order">The order of the list.</param>
    /// <param name="cursors">Reads <paramref name="cursor"/> and makes the cursors of the page.</param>
    /// <param name="scope">What else a cursor belongs to: tenant, filter, search words.</param>
    /// <param name="cursor">
    /// The caller's: <see cref="KeysetPage{T}.Next"/> or <see cref="KeysetPage{T}.Previous"/> of another page, or
    /// <see cref="First"/>, or <see cref="Last"/>; null or empty asks for the first page.
    /// </param>
    /// <param name="limit">The page size, 1 to <see cref="MaxLimit"/>.</param>
    /// <param name="query">The query, or null.</param>
    /// <param name="error">A sentence for the caller that begins with <c>limit</c> or <c>The cursor</c>, or null.</param>
    /// <returns>False for a limit out of range, or a cursor that is not one of this order and scope.</returns>
    public static bool TryCreate(
        KeysetOrder order,
        IKeysetCursors cursors,
        string scope,
        string? cursor,
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
        KeysetPosition? position = null;
        if (limit is < 1 or > MaxLimit)
        {
            error = $"limit is {limit}; it must be 1 to {MaxLimit}.";
            return false;
        }

        if (cursor is not (null or "" or First or Last) && !cursors.TryDecode(order, scope, cursor, out position))
        {
            error = "The cursor is not one of this list: it was changed, or made for another sort, filter or owner.";
            return false;
        }

        query = new KeysetQuery(order, cursors, scope, position, position?.Backward ?? cursor == Last, limit);
        return true;
    }

    /// <summary>
    /// A statement that counts the rows of the whole list, and stops at the parameter @take: the total, for those who ask.
    /// </summary>
    /// <param name="select">The statement that <see cref="KeysetRange.Complete"/> takes.</param>
    /// <exception cref="ArgumentException">The statement has no <c>{range}</c>.</exception>
    public static string Count(string select) =>
        $"select count(*) from (select 1 from ({KeysetRange.Fill(select, "1=1")}) list limit @take) counted";

    /// <summary>
    /// Fetches the page: one statement, or a second one where the first range of the index ends within the page.
    /// </summary>
    /// <param name="dialect">The engine.</param>
    /// <param name="fetch">Runs one range with whatever you use: <c>(range, ct) => ... range.Complete(select) ...</c>.</param>
    /// <param name="valueOf">
    /// Gives a row's value of a field of the order, by its public name, exactly as the database holds it. The SQL must
    /// select these columns even where the caller does not see them.
    /// </param>
    /// <param name="cancellationToken">Handed to <paramref name="fetch"/>.</param>
    /// <exception cref="ArgumentException">More rows than <see cref="KeysetRange.Take"/>, or an unusable value.</exception>
    public async Task<KeysetPage<T>> ReadAsync<T>(
        ISqlDialect dialect,
        Func<KeysetRange, CancellationToken, Task<IReadOnlyList<T>>> fetch,
        Func<T, string, object?> valueOf,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(dialect);
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(valueOf);
        var wanted = _limit + 1; // One more, to know whether there is a next page.
        var values = Values();
        var rows = new List<T>();
        foreach (var (where, orderBy) in _order.Ranges(_position, IsBackward, dialect))
        {
            var range = new KeysetRange(where, orderBy, wanted - rows.Count, values);
            var found = await fetch(range, cancellationToken).ConfigureAwait(false);
            if (found.Count > range.Take)
            {
                throw new ArgumentException(
                    $"The statement gave {found.Count} rows where {range.Take} were asked for: end it with 'limit @take'.",
                    nameof(fetch)
                );
            }

            rows.AddRange(found);
            if (rows.Count == wanted)
            {
                break;
            }
        }

        return ToPage(rows, valueOf);
    }

    private List<KeyValuePair<string, object>> Values() =>
        _position is null
            ? []
            :
            [
                .. _position
                    .Values.Index()
                    .Where(static v => v.Item is not null)
                    .Select(static v => KeyValuePair.Create($"k{v.Index}", v.Item!)),
            ];

    private KeysetPage<T> ToPage<T>(List<T> rows, Func<T, string, object?> valueOf)
    {
        var more = rows.Count > _limit;
        if (more)
        {
            rows.RemoveAt(_limit);
        }

        if (IsBackward)
        {
            rows.Reverse();
        }

        if (rows.Count == 0)
        {
            // Nothing is left on this side; all that is, is on the other.
            return _position is null ? new([], next: null)
                : IsBackward ? new([], First)
                : new([], next: null, Last);
        }

        var first = Values(rows[0], valueOf);
        var last = Values(rows[^1], valueOf);
        var shared = first.Zip(last, Equals).TakeWhile(static equal => equal).Count();
        var next = IsBackward ? _position is not null : more;
        var previous = IsBackward ? more : _position is not null;
        return new KeysetPage<T>(
            rows,
            next ? CursorOf(last, backward: false, shared) : null,
            previous ? () => CursorOf(first, backward: true, shared) : null
        );
    }

    private string CursorOf(object?[] values, bool backward, int shared) =>
        _cursors.Encode(_order, _scope, new KeysetPosition(values, backward, shared));

    private object?[] Values<T>(T row, Func<T, string, object?> valueOf) =>
        [.. _order.Columns.Select(column => valueOf(row, column.Name))];
}
