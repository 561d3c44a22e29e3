using System.Data.Common;

namespace PerfKit.Query;

/// <summary>What a data source lacks.</summary>
public static class DbDataSourceExtensions
{
    /// <summary>
    /// Opens so many connections at once and gives them back, so that the first callers find them open. The driver keeps them only as
    /// long as its pool is told to (Npgsql: <c>Minimum Pool Size</c>).
    /// </summary>
    /// <param name="dataSource">The data source.</param>
    /// <param name="connections">How many, at most as many as its pool holds: more end in its timeout.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DbException">One could not be opened; the others are given back.</exception>
    public static async Task WarmUpAsync(
        this DbDataSource dataSource,
        int connections,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentOutOfRangeException.ThrowIfNegative(connections);
        var opening = Enumerable
            .Range(0, connections)
            .Select(_ => dataSource.OpenConnectionAsync(cancellationToken).AsTask())
            .ToList();
        try
        {
            await Task.WhenAll(opening).ConfigureAwait(false);
        }
        finally
        {
            foreach (var opened in opening.Where(static task => task.IsCompletedSuccessfully))
            {
                await opened.Result.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
