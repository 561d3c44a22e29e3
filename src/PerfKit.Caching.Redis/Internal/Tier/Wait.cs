namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>How long a command may take, and what to say behind it.</summary>
/// <param name="Operation">What it does: <c>reading</c>.</param>
/// <param name="Place">Where: cache and servers.</param>
/// <param name="Limit">How long it may take.</param>
internal readonly record struct Wait(string Operation, string Place, TimeSpan Limit)
{
    public TimeoutException Exceeded() =>
        new(FormattableString.Invariant($"{Place}: {Operation} took longer than {Limit.TotalMilliseconds:0} ms."));
}
