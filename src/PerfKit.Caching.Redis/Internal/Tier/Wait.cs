namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>How long a command may take, and what to say behind it.</summary>
/// <param name="Operation">What it does: <c>reading</c>.</param>
/// <param name="Place">Where: cache and servers.</param>
/// <param name="Limit">How long it may take.</param>
/// <param name="Spent">How much of that has passed before it was sent.</param>
internal readonly record struct Wait(string Operation, string Place, TimeSpan Limit, TimeSpan Spent = default)
{
    public TimeSpan Left => Limit > Spent ? Limit - Spent : TimeSpan.Zero;

    public TimeoutException Exceeded() =>
        new(FormattableString.Invariant($"{Place}: {Operation} took longer than {Limit.TotalMilliseconds:0} ms."));
}
