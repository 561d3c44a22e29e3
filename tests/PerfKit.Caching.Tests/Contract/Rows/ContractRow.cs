namespace PerfKit.Caching.Tests.Contract.Rows;

/// <summary>Thrown where a row finds its sentence broken.</summary>
internal sealed class RowBrokenException(string message) : Exception(message);

/// <summary>A sentence that an abstraction of the framework says, or that code relies on, and how to find it broken.</summary>
/// <param name="Name">The sentence.</param>
/// <param name="Check">Ends when it is kept, and throws when it is not.</param>
internal sealed record ContractRow(string Name, Func<CancellationToken, Task> Check)
{
    /// <summary>Null when the sentence is kept; else what is wrong.</summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Check(cancellationToken);
            return null;
        }
        catch (RowBrokenException broken)
        {
            return broken.Message;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{fault.GetType().Name}: {fault.Message}";
        }
    }

    /// <summary>
    /// The same row, which is broken only when it is found broken a second time, with keys of its own: a process that may
    /// have missed a message finds nothing in Redis until it hears again, and on a machine that stands still for 50 ms it may.
    /// </summary>
    public ContractRow OnceMore() =>
        new(
            Name,
            async cancellationToken =>
            {
                try
                {
                    await Check(cancellationToken);
                }
                catch (RowBrokenException)
                {
                    await Check(cancellationToken);
                }
            }
        );

    public static void Must(bool isKept, string otherwise)
    {
        if (!isKept)
        {
            throw new RowBrokenException(otherwise);
        }
    }

    public static async Task ThrowsAsync<TException>(Func<Task> call, string what)
        where TException : Exception
    {
        try
        {
            await call();
        }
        catch (TException)
        {
            return;
        }

        throw new RowBrokenException($"{what} throws no {typeof(TException).Name}");
    }

    public override string ToString() => Name;
}
