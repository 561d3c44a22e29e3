namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>How long a command may take, and what to say behind it.</summary>
/// <param name="Operation">What it does: <c>reading</c>.</param>
/// <param name="Place">Where: cache and servers.</param>
/// <param name="Limit">How long it may take.</param>
/// <param name="Spent">How much of that has passed before it was sent.</param>
/// <param name="Began">When the call began that this is a command of, by the local clock.</param>
internal readonly record struct Wait(
    string Operation,
    string Place,
    TimeSpan Limit,
    TimeSpan Spent = default,
    double Began = 0
)
{
    public TimeSpan Left => Limit > Spent ? Limit - Spent : TimeSpan.Zero;

    /// <summary>What is left of it so many milliseconds later.</summary>
    public Wait After(double milliseconds) => this with { Spent = Spent + TimeSpan.FromMilliseconds(milliseconds) };

    public TimeoutException Exceeded() =>
        new(FormattableString.Invariant($"{Place}: {Operation} took longer than {Limit.TotalMilliseconds:0} ms."));
}
