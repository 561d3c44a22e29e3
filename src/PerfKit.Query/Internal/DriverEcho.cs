namespace PerfKit.Query.Internal;

/// <summary>
/// A command that EF Core announced and that its driver reports too, at once and on the same thread, counts once.
/// </summary>
internal static class DriverEcho
{
    [ThreadStatic]
    private static string? _expected;

    public static void Expect(string statement) => _expected = statement;

    /// <summary>Whether a driver's report is of the command just announced, of which it may be the first statement.</summary>
    public static bool Is(ReadOnlySpan<char> statement)
    {
        var expected = _expected;
        _expected = null;
        return expected is not null && expected.AsSpan().StartsWith(statement, StringComparison.Ordinal);
    }
}
