using System.Text.Json.Serialization;

namespace PerfKit.Benchmarks.Gate;

[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome
{
    /// <summary>The bar holds.</summary>
    Ok,

    /// <summary>It does not, twice.</summary>
    Missed,

    /// <summary>It does not, and <c>known-short.json</c> says why; counts as passed with <c>--quick</c> only.</summary>
    Known,

    /// <summary>There is no value: a server is missing, an exception, the time limit.</summary>
    NotRun,
}

/// <summary>What came of one claim; <see cref="Line"/> is the gate's output.</summary>
public sealed record Verdict(
    string Area,
    string Id,
    string Measured,
    double? Value,
    string Bar,
    Outcome Outcome,
    double Seconds
)
{
    [JsonIgnore]
    public string Line => $"{Area} | {Id} | {Measured} | {Bar} | {Word}";

    private string Word =>
        Outcome switch
        {
            Outcome.Ok => "ok",
            Outcome.Missed => "SHORT",
            Outcome.Known => "known",
            _ => "could not run",
        };
}
