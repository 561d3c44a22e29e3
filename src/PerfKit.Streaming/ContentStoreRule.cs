namespace PerfKit.Streaming;

/// <summary>One promise of a content store.</summary>
public sealed class ContentStoreRule
{
    private readonly Func<IContentStore, Task> _check;

    internal ContentStoreRule(string name, Func<IContentStore, Task> check)
    {
        Name = name;
        _check = check;
    }

    /// <summary>The promise, as a sentence.</summary>
    public string Name { get; }

    /// <summary>
    /// Checks the promise with at most two thousand calls, most often a few hundred: about a second on a local disk. Leaves
    /// contents behind.
    /// </summary>
    /// <param name="emptyStore">
    /// A store that holds nothing and that nobody else uses. It goes by the system's clock, to within the time of a call.
    /// </param>
    /// <exception cref="ContentStoreContractException">The store breaks the rule, or threw where it must not.</exception>
    public async Task CheckAsync(IContentStore emptyStore)
    {
        ArgumentNullException.ThrowIfNull(emptyStore);
        try
        {
            await _check(emptyStore).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw new ContentStoreContractException($"The store breaks '{Name}': {e.Message}", e);
        }
    }

    /// <summary>The name, for a test framework's list of cases.</summary>
    public override string ToString() => Name;
}
