using System.Collections.Concurrent;

namespace PerfKit.Query.Internal;

/// <summary>The completed statements of loads by a list, which would cost as many bytes a load as they are long.</summary>
internal static class ListStatements
{
    private const int MaxTexts = 1_000; // A program has as many as call sites; one that writes texts on the run pays for them.

    private static readonly ConcurrentDictionary<(Type Dialect, string Sql, string Column), string> Texts = new();

    public static string Of(ISqlDialect dialect, string sql, string column)
    {
        var key = (dialect.GetType(), sql, column);
        if (!Texts.TryGetValue(key, out var text))
        {
            text = KeyCondition.Fill(sql, dialect.In(column, "keys"));
            if (Texts.Count < MaxTexts)
            {
                Texts.TryAdd(key, text);
            }
        }

        return text;
    }
}
