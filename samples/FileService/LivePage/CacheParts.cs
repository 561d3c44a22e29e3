using System.Text;

namespace FileService.LivePage;

/// <summary>What the meters say of caches: how often they had it, in this process and in the tier that processes share.</summary>
internal static class CacheParts
{
    public static string Render(IReadOnlyList<MeterReading> meters)
    {
        var html = new StringBuilder();
        foreach (var name in Of(meters, "hits").Select(NameOf).Distinct())
        {
            var hits = Sum(meters, "hits", name);
            var reads = hits + Sum(meters, "misses", name);
            html.Append($"<li><h3>{Show.Text(name)}</h3> ");
            html.Append($"<span class=\"ratio\">{(reads > 0 ? Show.Percent(hits / reads) : "–")}</span>");
            html.Append(StorePart.Bar(reads > 0 ? hits / reads : 0));
            html.Append($"<p class=\"note\">{Show.Count(hits)} hits, {Show.Count(reads - hits)} misses");
            html.Append($" · {Show.Rate(Rate(meters, name))} · {Fill(meters, name)}");
            html.Append(Counted(meters, "coalesced", name, "joined a load"));
            html.Append(Counted(meters, "stale", name, "served stale"));
            html.Append("</p>").Append(Tier(meters, name)).Append("</li>");
        }

        return html.Length == 0
            ? "<p class=\"empty\">No cache has reported yet.</p>"
            : $"<ul class=\"caches\">{html}</ul>";
    }

    private static string Tier(IReadOnlyList<MeterReading> meters, string name)
    {
        if (!Of(meters, "tier.away").Any(r => NameOf(r) == name))
        {
            return ""; // It has no second tier.
        }

        if (Sum(meters, "tier.away", name) > 0)
        {
            return "<p class=\"note refused\">The second tier is away: this process serves and loads by itself.</p>";
        }

        var hits = Sum(meters, "tier.hits", name);
        var reads = hits + Sum(meters, "tier.misses", name);
        return $"<p class=\"note\">second tier: {(reads > 0 ? Show.Percent(hits / reads) : "–")} of {Show.Count(reads)}"
            + Counted(meters, "tier.waits", name, "waited for another process")
            + Mean(meters, "tier.duration", name, "a read", "read")
            + Mean(meters, "tier.lag", name, "behind the others")
            + "</p>";
    }

    private static string Counted(IReadOnlyList<MeterReading> meters, string figure, string name, string what) =>
        Sum(meters, figure, name) is > 0 and var count ? $" · {Show.Count(count)} {what}" : "";

    private static string Mean(
        IReadOnlyList<MeterReading> meters,
        string figure,
        string name,
        string what,
        string? operation = null
    )
    {
        var reading = Of(meters, figure)
            .FirstOrDefault(r =>
                NameOf(r) == name && (operation is null || r.Tags.GetValueOrDefault("operation") == operation)
            );
        return reading?.Mean is { } seconds ? $" · {Show.Milliseconds(seconds * 1_000)} {what}" : "";
    }

    private static string Fill(IReadOnlyList<MeterReading> meters, string name)
    {
        var entries = Sum(meters, "entries", name);
        var capacity = Sum(meters, "capacity", name);
        var noun = entries.Equals(1.0) ? "entry" : "entries";
        var full = capacity > 0 ? Sum(meters, "weight", name) / capacity : 0;
        return $"{Show.Count(entries)} {noun}, {Show.Percent(full)} full";
    }

    private static double? Rate(IReadOnlyList<MeterReading> meters, string name)
    {
        var reads = Of(meters, "hits").Concat(Of(meters, "misses")).Where(r => NameOf(r) == name).ToList();
        return reads.Exists(static r => r.PerSecond is null) ? null : reads.Sum(static r => r.PerSecond);
    }

    private static IEnumerable<MeterReading> Of(IReadOnlyList<MeterReading> meters, string figure) =>
        meters.Where(r => r.Instrument == "perfkit.cache." + figure);

    private static double Sum(IReadOnlyList<MeterReading> meters, string figure, string name) =>
        Of(meters, figure).Where(r => NameOf(r) == name).Sum(static r => r.Value);

    private static string NameOf(MeterReading reading) => reading.Tags.GetValueOrDefault("cache.name") ?? "";
}
