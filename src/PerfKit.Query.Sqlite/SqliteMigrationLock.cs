using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// A lock on a file beside the database, <c>name.db.migration-lock</c>, held by the operating system for the process:
/// SQLite has no lock that outlives a transaction. The empty file stays; <c>name.db.migration-owner</c> says who has it.
/// </summary>
/// <remarks>Every runner must name the database by the same path, on a local disk (SQLite's own rule).</remarks>
public sealed class SqliteMigrationLock : PolledMigrationLock
{
    private readonly TimeProvider _clock;
    private readonly string _lockPath;
    private readonly string _ownerPath;

    /// <summary>Creates the lock; nothing is opened yet.</summary>
    /// <param name="databasePath">The database's file; its folder must exist when the lock is taken.</param>
    /// <param name="logger">Told when a wait begins; null for none.</param>
    /// <param name="clock">Times the wait; null for the system's.</param>
    /// <exception cref="ArgumentException">The path is empty, or names an in-memory database, which needs no lock.</exception>
    public SqliteMigrationLock(
        string databasePath,
        ILogger<SqliteMigrationLock>? logger = null,
        TimeProvider? clock = null
    )
        : base(clock, logger)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(databasePath);
        if (databasePath.StartsWith(':') || databasePath.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"'{databasePath}' is not the path of a file; an in-memory database belongs to one process and needs no lock.",
                nameof(databasePath)
            );
        }

        var path = Path.GetFullPath(databasePath);
        _clock = clock ?? TimeProvider.System;
        _lockPath = path + ".migration-lock";
        _ownerPath = path + ".migration-owner";
    }

    /// <inheritdoc/>
    protected override ValueTask<IAsyncDisposable?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (LockFile.TryOpen(_lockPath) is not { } file)
        {
            return new((IAsyncDisposable?)null);
        }

        try
        {
            File.WriteAllText(_ownerPath, Owner());
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new(new HeldLockFile(file, _ownerPath));
    }

    /// <inheritdoc/>
    protected override ValueTask<string?> DescribeHolderAsync(CancellationToken cancellationToken)
    {
        try
        {
            var owner = File.ReadAllText(_ownerPath);
            return new(owner.Length == 0 ? null : owner);
        }
        catch (IOException)
        {
            return new((string?)null); // Being written, or given back since: then nobody can be named.
        }
    }

    private string Owner()
    {
        using var process = Process.GetCurrentProcess();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"process {process.Id} ({process.ProcessName}) on {Environment.MachineName} "
                + $"since {_clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}"
        );
    }
}
