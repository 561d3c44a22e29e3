namespace PerfKit.TestKit.Load;

/// <summary>How a <see cref="ServiceProcess"/> is started.</summary>
/// <param name="Data">The data folder (<c>--data</c>).</param>
public sealed record ServiceStart(string Data)
{
    /// <summary>Limits no test reaches, for every test that is not about limits.</summary>
    public static IReadOnlyList<string> Unlimited { get; } =
    [
        .. from policy in new[] { "reads", "writes", "searches" }
        select $"--RateLimit:Policies:{policy}:Permits=1000000000",
    ];

    /// <summary>The connection string of the PostgreSQL database, or null for SQLite.</summary>
    public string? PostgreSql { get; init; }

    /// <summary>More arguments, <c>--Section:Key=value</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether starting waits until <c>/health/ready</c> answers 200.</summary>
    public bool AwaitReady { get; init; } = true;

    /// <summary>How long the service may take to become ready.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);
}
