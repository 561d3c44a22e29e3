using System.Text;

namespace FileService.LivePage;

/// <summary>What the meters say: rate limits, and every series by itself.</summary>
internal static class MeterParts
{
    public static string Limits(IReadOnlyList<MeterReading> meters)
    {
        var html = new StringBuilder();
        foreach (var policy in Of(meters, "perfkit.ratelimit.requests").GroupBy(static r => Tag(r, "policy")))
        {
            var admitted = Outcome(policy, "admitted");
            var refused = Outcome(policy, "refused").Value + Outcome(policy, "shadow-refused").Value;
            html.Append($"<tr><th scope=\"row\">{Show.Text(policy.Key)}</th><td>{Limit(meters, policy.Key, "")}</td>");
            html.Append($"<td>{Show.Rate(admitted.PerSecond)}</td><td>{Show.Count(admitted.Value)}</td>");
            html.Append($"<td{(refused > 0 ? " class=\"refused\"" : "")}>{Show.Count(refused)}");
            html.Append(Outcome(policy, "shadow-refused").Value > 0 ? " in shadow" : "");
            html.Append($"</td><td>{Show.Count(Waited(meters, policy.Key))}</td></tr>");
            foreach (var key in Overrides(meters, policy.Key))
            {
                html.Append($"<tr><th scope=\"row\"><small>{Show.Text(key)}</small></th>");
                html.Append($"<td>{Limit(meters, policy.Key, key)}</td><td></td><td></td><td></td><td></td></tr>");
            }
        }

        return html.Length == 0
            ? "<p class=\"empty\">No policy has decided yet.</p>"
            : "<table><thead><tr><th scope=\"col\">Policy</th><th scope=\"col\">Limit</th><th scope=\"col\">Now</th>"
                + "<th scope=\"col\">Admitted</th><th scope=\"col\">Refused</th><th scope=\"col\">Waited</th></tr></thead>"
                + $"<tbody>{html}</tbody></table>";
    }

    public static string All(IReadOnlyList<MeterReading> meters)
    {
        if (meters.Count == 0)
        {
            return "<p class=\"empty\">No instrument has reported yet.</p>";
        }

        var html = new StringBuilder("<table class=\"series\"><thead><tr><th scope=\"col\">Instrument</th>");
        html.Append("<th scope=\"col\">Value</th><th scope=\"col\">Now</th></tr></thead><tbody>");
        foreach (var reading in meters)
        {
            var tags = string.Join(", ", reading.Tags.Select(static t => $"{t.Key}={t.Value}"));
            html.Append($"<tr><th scope=\"row\">{Show.Text(reading.Instrument)} <small>{Show.Text(tags)}</small></th>");
            html.Append($"<td>{Value(reading, reading.Value)}</td>");
            html.Append($"<td>{(reading.PerSecond is { } rate ? Value(reading, rate) + "/s" : "")}</td></tr>");
        }

        return html.Append("</tbody></table>").ToString();
    }

    private static (double Value, double? PerSecond) Outcome(IEnumerable<MeterReading> policy, string outcome)
    {
        var readings = policy.Where(r => Tag(r, "outcome") == outcome).ToList();
        return (readings.Sum(static r => r.Value), readings.Sum(static r => r.PerSecond));
    }

    private static double Waited(IReadOnlyList<MeterReading> meters, string policy) =>
        Of(meters, "perfkit.ratelimit.queued").Where(r => Tag(r, "policy") == policy).Sum(static r => r.Value);

    /// <summary>How much a policy's keys have, or one that has an override: the tenant's limit.</summary>
    private static string Limit(IReadOnlyList<MeterReading> meters, string policy, string key)
    {
        var permits = Figure("perfkit.ratelimit.permits");
        var period = Figure("perfkit.ratelimit.period");
        return permits is null ? ""
            : period > 0 ? $"{Show.Count(permits.Value)} in {Show.Attribute(period.Value)} s"
            : $"{Show.Count(permits.Value)} at once";

        double? Figure(string instrument) =>
            Of(meters, instrument).FirstOrDefault(r => Tag(r, "policy") == policy && Tag(r, "key") == key)?.Value;
    }

    private static IEnumerable<string> Overrides(IReadOnlyList<MeterReading> meters, string policy) =>
        Of(meters, "perfkit.ratelimit.permits")
            .Where(r => Tag(r, "policy") == policy)
            .Select(static r => Tag(r, "key"))
            .Where(static key => key.Length > 0);

    private static string Value(MeterReading reading, double value) =>
        reading.Unit == "By" ? Show.Bytes(value)
        : value > 0 && value < 10 && !double.IsInteger(value) ? Show.Attribute(value)
        : Show.Count(value);

    private static IEnumerable<MeterReading> Of(IReadOnlyList<MeterReading> meters, string instrument) =>
        meters.Where(r => r.Instrument == instrument);

    private static string Tag(MeterReading reading, string name) => reading.Tags.GetValueOrDefault(name) ?? "";
}
