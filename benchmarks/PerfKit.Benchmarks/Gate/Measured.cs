using System.Globalization;

namespace PerfKit.Benchmarks.Gate;

/// <summary>A measured value, its unit, and what a reader needs beside it (control, CPU time, counts).</summary>
public sealed record Measured(double Value, string Unit, string? Note = null)
{
    /// <summary>Three significant digits are what a gate can promise; counters stay exact.</summary>
    public override string ToString()
    {
        var digits =
            Value == Math.Round(Value) || Math.Abs(Value) >= 100 ? "0"
            : Math.Abs(Value) >= 1 ? "0.0#"
            : "0.###";
        var text = $"{Value.ToString(digits, CultureInfo.InvariantCulture)} {Unit}";
        return Note is null ? text : $"{text} ({Note})";
    }
}
