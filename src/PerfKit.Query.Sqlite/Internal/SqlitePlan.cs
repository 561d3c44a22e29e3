using System.Data.Common;
using System.Text.RegularExpressions;

namespace PerfKit.Query.Internal;

/// <summary>
/// Reads SQLite's plan. It names the conditions of a search but not those it looks at afterwards: for them the statement's own
/// WHERE stands in.
/// </summary>
internal static partial class SqlitePlan
{
    private const string Expression = "expr()"; // The plan says <expr>, whatever it is.

    public static async ValueTask<IndexUse> ReadAsync(
        DbCommand command,
        string index,
        CancellationToken cancellationToken
    )
    {
        var connection = command.Connection ?? throw new ArgumentException("The command has no connection.");
        var columns = await ColumnsAsync(connection, index, cancellationToken).ConfigureAwait(false);
        var sql = command.CommandText;
        command.CommandText = $"explain query plan {sql}";
        try
        {
            var steps = await ReadAsync(command, static reader => reader.GetString(3), cancellationToken)
                .ConfigureAwait(false);
            var plan = string.Join('\n', steps);
            var sorts = steps.Exists(static step => Sort().IsMatch(step));
            foreach (var step in steps)
            {
                var read = Step().Match(step);
                if (read.Success && read.Groups["index"].Value == index)
                {
                    var conditions = read.Groups["conditions"]
                        .Value.Replace("<expr>", Expression, StringComparison.Ordinal);
                    return new IndexUse(
                        plan,
                        columns,
                        conditions.Length == 0 ? [] : PlanConditions.Split(conditions),
                        Where(sql, read.Groups["table"].Value),
                        sorts
                    );
                }
            }

            return new IndexUse(plan, columns, Conditions: null, Filter: null, sorts);
        }
        finally
        {
            command.CommandText = sql;
        }
    }

    private static async Task<IReadOnlyList<string>?> ColumnsAsync(
        DbConnection connection,
        string index,
        CancellationToken cancellationToken
    )
    {
        var command = connection.CreateCommand();
        await using var ended = command.ConfigureAwait(false);
        command.CommandText =
            "select coalesce(name, @expression) from pragma_index_xinfo(@index) where key = 1 order by seqno";
        Add("index", index);
        Add("expression", Expression);
        var columns = await ReadAsync(command, static reader => reader.GetString(0), cancellationToken)
            .ConfigureAwait(false);
        return columns.Count == 0 ? null : columns;

        void Add(string name, string value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private static async Task<List<string>> ReadAsync(
        DbCommand command,
        Func<DbDataReader, string> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<string>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closed = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>What stands between WHERE or ON and the next clause, without texts, with the table's alias taken off its columns.</summary>
    private static string Where(string sql, string table) =>
        Regex.Replace(
            string.Join(' ', Conditions().Matches(Literal().Replace(sql, "''")).Select(static m => m.Groups[1].Value)),
            $"""\b"?{Regex.Escape(table)}"?\.""",
            "",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
        );

    [GeneratedRegex(
        @"^(?:SEARCH|SCAN) (?<table>\S+)(?: AS (?<table>\S+))? USING (?:COVERING )?INDEX (?<index>\S+)(?: \((?<conditions>.*)\))?(?: LEFT-JOIN)?$"
    )]
    private static partial Regex Step();

    [GeneratedRegex(@"^USE TEMP B-TREE FOR (?:.* )?ORDER BY$")]
    private static partial Regex Sort();

    [GeneratedRegex(
        @"\b(?:where|on)\b(.*?)(?=\b(?:where|order\s+by|group\s+by|limit|union|except|intersect|window|returning)\b|$)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Conditions();

    [GeneratedRegex(@"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Literal();
}
