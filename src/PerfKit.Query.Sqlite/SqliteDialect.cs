using System.Buffers;
using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>SQLite: a list is one JSON text, <c>column in (select value from json_each(@ids))</c>.</summary>
public sealed class SqliteDialect : ISqlDialect
{
    private const int MaxKeptBytes = 65_536;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <inheritdoc/>
    public string Name => "sqlite";

    /// <inheritdoc/>
    public bool IndexesNullOrder => false;

    /// <inheritdoc/>
    public string Opaque(string parameterSql) => parameterSql;

    /// <inheritdoc/>
    public string In(string columnSql, string parameterName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(columnSql);
        ArgumentException.ThrowIfNullOrWhiteSpace(parameterName);
        return $"{columnSql} in (select value from json_each(@{parameterName.TrimStart('@')}))";
    }

    /// <inheritdoc/>
    /// <remarks>
    /// JSON text with each value as Microsoft.Data.Sqlite stores it: a Guid as upper-case text, a DateTimeOffset as text,
    /// a bool as 0 or 1. T is string, long, int, double, Guid, DateTimeOffset or bool.
    /// </remarks>
    public object ListParameter<T>(IReadOnlyCollection<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var buffer = _buffer ?? new ArrayBufferWriter<byte>();
        var json = _json ?? new Utf8JsonWriter(buffer, Plain);
        (_buffer, _json) = (null, null); // Taken: a collection that makes a list while it is read gets others.
        try
        {
            json.WriteStartArray();
            foreach (var value in values)
            {
                Write(json, value);
            }

            json.WriteEndArray();
            json.Flush();
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        finally
        {
            buffer.ResetWrittenCount();
            json.Reset();
            if (buffer.Capacity <= MaxKeptBytes)
            {
                (_buffer, _json) = (buffer, json);
            }
        }
    }

    /// <inheritdoc/>
    public string? ForEachKey(string sql, IReadOnlyList<string?> typesSql) => null;

    /// <inheritdoc/>
    /// <remarks>See <see cref="SqliteConnectionExtensions.RunAsync{T}"/>.</remarks>
    public Task<T> RunAsync<TState, T>(
        DbConnection connection,
        TState state,
        Func<DbConnection, TState, Task<T>> work,
        CancellationToken cancellationToken = default
    ) => ((SqliteConnection)connection).RunAsync(state, work, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>See <see cref="SqliteConnectionExtensions.TransactAsync"/>. SQLite has one level, serializable.</remarks>
    public Task<T> TransactAsync<T>(
        DbConnection connection,
        Func<DbConnection, DbTransaction, Task<T>> work,
        IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(work);
        var write = new WriteTransaction<T>(
            (SqliteConnection)connection,
            work,
            isolation,
            TimeProvider.System,
            cancellationToken
        );
        return write.RunAsync();
    }

    /// <inheritdoc/>
    public ValueTask<IndexUse> ExplainAsync(
        DbCommand command,
        string index,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(index);
        return SqlitePlan.ReadAsync(command, index, cancellationToken);
    }

    private static void Write<T>(Utf8JsonWriter json, T value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case Guid id:
                json.WriteStringValue(id.ToString().ToUpperInvariant());
                break;
            case DateTimeOffset time:
                json.WriteStringValue(
                    time.ToString(@"yyyy\-MM\-dd HH\:mm\:ss.FFFFFFFzzz", CultureInfo.InvariantCulture)
                );
                break;
            case bool flag:
                json.WriteNumberValue(flag ? 1 : 0);
                break;
            default:
                throw new NotSupportedException(
                    $"SQLite compares lists of string, long, int, double, Guid, DateTimeOffset and bool, not of {typeof(T)}."
                );
        }
    }
}
