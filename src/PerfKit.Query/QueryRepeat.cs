namespace PerfKit.Query;

/// <summary>A statement that ran more often in a scope than it may.</summary>
/// <param name="Statement">Its text on one line, cut after 200 characters.</param>
/// <param name="Runs">How often it ran.</param>
/// <param name="Place">
/// <c>file:line</c> of the code that ran it and, behind <c>&lt;</c>, of the callers that were on the stack.
/// </param>
public sealed record QueryRepeat(string Statement, long Runs, string Place)
{
    /// <summary>One sentence.</summary>
    public override string ToString() => $"{Runs} times at {Place}: {Statement}";
}
