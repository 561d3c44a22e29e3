namespace PerfKit.Caching;

/// <summary>How an <c>IDistributedCache</c> serves as the second tier. The options name is the cache's name.</summary>
public sealed class DistributedTierOptions
{
    internal static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long one call is waited for before the distributed cache is left alone for a while: 1 ms to 1 minute; by default
    /// 250 ms.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    internal string? Fault(string name) =>
        CommandTimeout < MinTimeout || CommandTimeout > MaxTimeout
            ? FormattableString.Invariant(
                $"DistributedTierOptions{(name.Length == 0 ? "" : $" '{name}'")}: CommandTimeout is {CommandTimeout:c} but must be between {MinTimeout:c} and {MaxTimeout:c}."
            )
            : null;
}
