using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PerfKit.Query.Internal;

/// <summary>What SQLite says of the database that a connection has open.</summary>
internal static class DatabaseFile
{
    private const string Main = "main";

    /// <summary>
    /// The full path, links resolved; empty where the database is in memory or a temporary file of the connection.
    /// </summary>
    public static string PathOf(sqlite3 handle) => raw.sqlite3_db_filename(handle, Main).utf8_to_string() ?? "";

    public static bool IsReadOnly(sqlite3 handle) => raw.sqlite3_db_readonly(handle, Main) == 1;

    /// <summary>
    /// Writers of one name exclude each other. Null where no other connection can write: read-only, and in memory
    /// without a name.
    /// </summary>
    public static string? QueueOf(SqliteConnection connection)
    {
        var handle = connection.Handle!;
        if (IsReadOnly(handle))
        {
            return null;
        }

        if (PathOf(handle) is { Length: > 0 } path)
        {
            return path;
        }

        var name = new SqliteConnectionStringBuilder(connection.ConnectionString).DataSource;
        return name is "" or ":memory:" ? null : name;
    }

    /// <summary>How long SQLite itself waits for a lock, in milliseconds. Costs 1 us.</summary>
    public static int BusyWaitOf(sqlite3 handle)
    {
        if (raw.sqlite3_prepare_v2(handle, "pragma busy_timeout", out var statement) != raw.SQLITE_OK)
        {
            return 0;
        }

        using (statement)
        {
            return raw.sqlite3_step(statement) == raw.SQLITE_ROW ? raw.sqlite3_column_int(statement, 0) : 0;
        }
    }
}
