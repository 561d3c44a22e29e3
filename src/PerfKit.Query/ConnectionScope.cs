using System.Data;
using System.Data.Common;

namespace PerfKit.Query;

/// <summary>One connection of a data source for a scope's life, given back when the scope is disposed.</summary>
public sealed class ConnectionScope : IConnectionScope, IAsyncDisposable, IDisposable
{
    private readonly AsyncLocal<Turn?> _inside = new();
    private readonly DbDataSource _dataSource;
    private readonly ISqlDialect _dialect;
    private readonly SemaphoreSlim _turns = new(1);
    private DbConnection? _connection;
    private Turn? _turn;
    private bool _disposed;

    /// <summary>Creates a scope; nothing is opened yet.</summary>
    /// <param name="dataSource">Opens the connection. A <see cref="BoundedDataSource"/> bounds how many scopes have one.</param>
    /// <param name="dialect">The engine.</param>
    public ConnectionScope(DbDataSource dataSource, ISqlDialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(dialect);
        (_dataSource, _dialect) = (dataSource, dialect);
    }

    /// <inheritdoc/>
    public Task<T> RunAsync<T>(
        Func<DbConnection, DbTransaction?, Task<T>> work,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        return OwnTurn is { } outer
            ? work(outer.Connection, outer.Transaction)
            : TakeTurnAsync(
                (_dialect, work, cancellationToken),
                static (turn, s) =>
                    s._dialect.RunAsync(
                        turn.Connection,
                        s.work,
                        static (c, work) => work(c, null),
                        s.cancellationToken
                    ),
                cancellationToken
            );
    }

    /// <inheritdoc/>
    public Task<T> TransactAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work,
        IsolationLevel isolation = IsolationLevel.Unspecified,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(work);
        return OwnTurn is null
            ? TakeTurnAsync((_dialect, work, isolation, cancellationToken), TransactAsync, cancellationToken)
            : throw new InvalidOperationException(
                "TransactAsync is inside other work of this scope: begin the transaction around that work."
            );
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync()
    {
        if (OwnTurn is not null)
        {
            throw new InvalidOperationException("ReleaseAsync is inside work of this scope: call it after the work.");
        }

        await _turns.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Gives the connection back once running work is done; work that comes later is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turns.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>The same for containers that dispose synchronously; it blocks while work runs.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>The turn that this flow of control is inside of. A flow that outlives its turn must wait for another.</summary>
    private Turn? OwnTurn => _inside.Value is { } turn && turn == Volatile.Read(ref _turn) ? turn : null;

    private static Task<T> TransactAsync<T>(
        Turn turn,
        (
            ISqlDialect Dialect,
            Func<DbConnection, DbTransaction, Task<T>> Work,
            IsolationLevel Isolation,
            CancellationToken Cancellation
        ) s
    ) =>
        s.Dialect.TransactAsync(
            turn.Connection,
            (connection, transaction) =>
            {
                turn.Transaction = transaction;
                return s.Work(connection, transaction);
            },
            s.Isolation,
            s.Cancellation
        );

    private async Task<T> TakeTurnAsync<TState, T>(
        TState state,
        Func<Turn, TState, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connection is { State: not ConnectionState.Open })
            {
                await CloseAsync().ConfigureAwait(false); // It broke; the pool knows, and gives another.
            }

            _connection ??= await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            var turn = new Turn(_connection);
            Volatile.Write(ref _turn, turn);
            _inside.Value = turn;
            return await work(turn, state).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _turn, null);
            _turns.Release();
        }
    }

    private async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Turn(DbConnection connection)
    {
        public DbConnection Connection => connection;

        public DbTransaction? Transaction { get; set; }
    }
}
