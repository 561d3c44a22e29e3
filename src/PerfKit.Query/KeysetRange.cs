namespace PerfKit.Query;

/// <summary>
/// One stretch of an index: the condition and the order of one SELECT. A page is one range, seldom the beginning of a second.
/// </summary>
public sealed class KeysetRange
{
    private const string Placeholder = "{range}";

    /// <summary>
    /// Pages of 10, 20, 25, 50, ... rows and the one more. PostgreSQL keeps the plan of a prepared statement only where the
    /// text says the limit (for a parameter it expects a tenth of the table), and few sizes mean few texts.
    /// </summary>
    private static readonly int[] Written = [11, 21, 26, 51, 101, 201, 251, 501, 1001];

    private readonly string _limit;

    internal KeysetRange(string where, string orderBy, int take, IReadOnlyList<KeyValuePair<string, object>> values)
    {
        Where = where;
        OrderBy = orderBy;
        Take = take;
        _limit = Written.Contains(take) ? $"{take}" : "@take";
        Parameters =
        [
            .. values.Where(v => where.Contains('@' + v.Key, StringComparison.Ordinal)),
            new KeyValuePair<string, object>("take", take),
        ];
    }

    /// <summary>The condition, to be joined with <c>and</c>: <c>1=1</c> or comparisons that an index can seek by.</summary>
    public string Where { get; }

    /// <summary>The ORDER BY list without the keyword.</summary>
    public string OrderBy { get; }

    /// <summary>The rows to fetch at most. Also the parameter @take.</summary>
    public int Take { get; }

    /// <summary>
    /// The parameters, names without the @: those of <c>k0</c>, <c>k1</c> and so on that the condition compares with, and
    /// <c>take</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, object>> Parameters { get; }

    /// <summary>Completes a statement: the condition in the place of <c>{range}</c>, order and limit behind it.</summary>
    /// <param name="select">For example <c>"select id, path from files f where owner = @owner and {range}"</c>.</param>
    /// <exception cref="ArgumentException">The statement has no <c>{range}</c>.</exception>
    public string Complete(string select) => $"{Fill(select, Where)} order by {OrderBy} limit {_limit}";

    internal static string Fill(string select, string where)
    {
        ArgumentNullException.ThrowIfNull(select);
        return select.Contains(Placeholder, StringComparison.Ordinal)
            ? select.Replace(Placeholder, where, StringComparison.Ordinal)
            : throw new ArgumentException(
                $"The statement has no {Placeholder} where the page's condition belongs.",
                nameof(select)
            );
    }
}
