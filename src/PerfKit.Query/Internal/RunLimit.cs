namespace PerfKit.Query.Internal;

/// <summary>The range of what recorders and budgets allow.</summary>
internal static class RunLimit
{
    private const int Most = 1_000_000;

    public static int Checked(int runs) =>
        runs is >= 1 and <= Most
            ? runs
            : throw new ArgumentOutOfRangeException(
                nameof(runs),
                $"A statement may run {runs} times: allowed is 1 to {Most}."
            );
}
