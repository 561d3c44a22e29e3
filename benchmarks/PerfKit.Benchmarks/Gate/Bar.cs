using System.Globalization;

namespace PerfKit.Benchmarks.Gate;

/// <summary>What a measured value must hold, and how the bar is written in the issue that set it.</summary>
public sealed record Bar(string Text, Func<double, bool> Holds)
{
    public static Bar AtMost(double value, string unit, string? text = null) =>
        new(text ?? $"<= {Plain(value)} {unit}", measured => measured <= value);

    public static Bar AtLeast(double value, string unit, string? text = null) =>
        new(text ?? $">= {Plain(value)} {unit}", measured => measured >= value);

    public static Bar Exactly(double value, string unit, string? text = null) =>
        new(text ?? $"{Plain(value)} {unit}", measured => measured == value);

    private static string Plain(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
