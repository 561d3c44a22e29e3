namespace PerfKit.TestKit.Histories;

/// <summary>A read that no right cache gives, and the shortest history that shows it.</summary>
/// <param name="Seed">What the history was drawn from.</param>
/// <param name="Fault">What is wrong with the read.</param>
/// <param name="What">A sentence.</param>
/// <param name="Operations">As few as show it, in the order of their begin.</param>
public sealed record CacheViolation(int Seed, CacheFault Fault, string What, IReadOnlyList<CacheOperation> Operations)
{
    /// <summary>The seed, the sentence and the operations, one a line.</summary>
    public override string ToString() => $"Seed {Seed}: {What}\n{string.Join('\n', Operations)}";
}

/// <summary>What is wrong with a read.</summary>
public enum CacheFault
{
    /// <summary>It is older than a write that the node has to know.</summary>
    Stale,

    /// <summary>It was not written to this key when the read ended.</summary>
    NeverWritten,
}
