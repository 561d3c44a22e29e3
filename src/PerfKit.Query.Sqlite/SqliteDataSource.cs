using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;
using SQLitePCL;

namespace PerfKit.Query;

/// <summary>
/// Connections to one SQLite database as a service wants them: write-ahead log (WAL), so that readers and the writer do
/// not wait for each other; foreign keys enforced; a lock waited for 100 ms in short steps before the driver begins to
/// sleep 150 ms at a time.
/// </summary>
/// <remarks>
/// A database in memory has no WAL, and a read-only one keeps the mode it has. Also a connection that
/// <see cref="DbDataSource.CreateConnection"/> makes is set up, when it is opened. Write with
/// <see cref="SqliteConnectionExtensions.TransactAsync"/>.
/// </remarks>
public sealed class SqliteDataSource : DbDataSource
{
    private const int BusyWaitMilliseconds = 100; // More would outlast a short command timeout.

    private readonly Lock _gate = new();
    private readonly StateChangeEventHandler _whenOpened;
    private readonly bool _mayBeReadOnly;
    private volatile bool _modeIsSet;
    private volatile bool _disposed;

    /// <summary>Keeps the connection string; nothing is opened yet.</summary>
    /// <param name="connectionString">
    /// As Microsoft.Data.Sqlite reads it. <c>Foreign Keys</c> is true unless given.
    /// </param>
    public SqliteDataSource(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var options = new SqliteConnectionStringBuilder(connectionString);
        options.ForeignKeys ??= true;
        ConnectionString = options.ToString();
        _mayBeReadOnly =
            options.Mode == SqliteOpenMode.ReadOnly
            || options.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase); // mode=ro, immutable=1
        _whenOpened = WhenOpened;
    }

    /// <inheritdoc/>
    public override string ConnectionString { get; }

    /// <summary>Opens a connection, from the driver's pool if there is one; the first sets WAL.</summary>
    /// <exception cref="InvalidOperationException">The file cannot have WAL: the sentence says why.</exception>
    public new SqliteConnection OpenConnection() => (SqliteConnection)base.OpenConnection();

    /// <summary>
    /// Opens a connection, from the driver's pool if there is one; the first sets WAL, on a thread of the pool.
    /// </summary>
    /// <exception cref="InvalidOperationException">The file cannot have WAL: the sentence says why.</exception>
    public new async ValueTask<SqliteConnection> OpenConnectionAsync(CancellationToken cancellationToken = default) =>
        (SqliteConnection)await base.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = new SqliteConnection(ConnectionString);
        connection.StateChange += _whenOpened;
        return connection;
    }

    /// <inheritdoc/>
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        _modeIsSet
            ? base.OpenDbConnectionAsync(cancellationToken)
            // The first may have to wait for a lock.
            : new(Task.Run(OpenDbConnection, cancellationToken));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ClosePool();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        ClosePool();
        return base.DisposeAsyncCore();
    }

    private void ClosePool()
    {
        if (!_disposed)
        {
            _disposed = true;
            using var any = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(any); // Of this connection string alone; what is out is closed when given back.
        }
    }

    private void WhenOpened(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState != ConnectionState.Open)
        {
            return;
        }

        var connection = (SqliteConnection)sender;
        try
        {
            raw.sqlite3_busy_timeout(connection.Handle, BusyWaitMilliseconds);
            if (!_modeIsSet)
            {
                lock (_gate) // Side by side they would only find each other's lock.
                {
                    SetMode(connection);
                    _modeIsSet = true;
                }
            }
        }
        catch
        {
            connection.Close();
            throw;
        }
    }

    private void SetMode(SqliteConnection connection)
    {
        var path = DatabaseFile.PathOf(connection.Handle!);
        if (path.Length == 0 || (_mayBeReadOnly && DatabaseFile.IsReadOnly(connection.Handle!)))
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode = wal";
        try
        {
            var mode = (string?)command.ExecuteScalar();
            if (mode != "wal")
            {
                throw Refusal(path, $"it stays in mode '{mode}', as on a disk without shared memory", null);
            }
        }
        catch (SqliteException e)
        {
            throw Refusal(path, e.Message.TrimEnd('.'), e);
        }
    }

    private static InvalidOperationException Refusal(string path, string why, Exception? inner) =>
        new(
            $"'{path}' cannot have a write-ahead log ({why}): keep it on a local disk where this process may write, "
                + "or open it with Mode=ReadOnly.",
            inner
        );
}
