namespace PerfKit.Benchmarks.Gate;

/// <summary>What this run of <c>gate</c> was asked for, for claims that do more where there is more time.</summary>
public static class GateRun
{
    /// <summary>Whether it has seconds, not minutes, a claim.</summary>
    public static bool IsQuick { get; } = Environment.GetCommandLineArgs().Contains("--quick");

    /// <summary>Whether it may take an hour.</summary>
    public static bool IsSoak { get; } = Environment.GetCommandLineArgs().Contains("--soak");
}
