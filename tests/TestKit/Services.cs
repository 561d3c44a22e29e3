using Xunit;

namespace PerfKit.TestKit;

/// <summary>What a test may expect of the machine.</summary>
internal static class Services
{
    /// <summary>
    /// Skips the calling test with <paramref name="reason"/>; throws instead where <c>PERFKIT_REQUIRE_SERVICES=1</c> says
    /// that every server must be there, as in CI.
    /// </summary>
    public static Exception Missing(string reason) =>
        Environment.GetEnvironmentVariable("PERFKIT_REQUIRE_SERVICES") == "1"
            ? new InvalidOperationException($"{reason} (and PERFKIT_REQUIRE_SERVICES=1 does not allow a skip)")
            : new SkipException(reason);

    /// <summary>The value of an environment variable, or null when it is unset or blank.</summary>
    public static string? Given(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }
}
