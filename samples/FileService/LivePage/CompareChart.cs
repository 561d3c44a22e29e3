using System.Globalization;
using System.Text;

namespace FileService.LivePage;

/// <summary>The last comparison as horizontal bars on a logarithmic scale, and as a table for those who do not see it.</summary>
internal static class CompareChart
{
    private const double BarShare = 60; // Percent of the width that the longest bar takes; its label stands behind it.
    private const int TitleHeight = 24;
    private const int BarHeight = 14;
    private const int BarStep = 20;
    private const int GroupGap = 16;
    private const int AxisHeight = 20;
    private const double SmallestMs = 0.001;

    public static string Render(LastCompare? compare)
    {
        if (compare is not { Bars.Count: > 0 })
        {
            return "<p class=\"empty\">None yet. Run <code>dotnet run --project samples/FileService -- compare</code> "
                + "and its result appears here.</p>";
        }

        var times = compare.Bars.SelectMany(static b => new[] { b.Before, b.AfterCold ?? b.Before, b.After }).ToList();
        var low = Math.Floor(Math.Log10(Math.Max(times.Min(), SmallestMs)));
        var high = Math.Max(low + 1, Math.Ceiling(Math.Log10(Math.Max(times.Max(), SmallestMs))));

        var rows = new StringBuilder();
        var y = 0;
        foreach (var bar in compare.Bars)
        {
            y = Group(rows, bar, y, low, high);
        }

        var height = y - GroupGap + AxisHeight;
        return $"<p class=\"note\">Median time of one operation, {Show.Text(When(compare))}, storage {Show.Attribute(compare.RttMs)} ms away. "
            + "Shorter is faster; each step of the scale is ten times the one before.</p>"
            + $"<svg class=\"chart\" width=\"100%\" height=\"{height}\" role=\"img\" aria-labelledby=\"chart-title\">"
            + "<title id=\"chart-title\">Times before and after; the table below has the same figures</title>"
            + Axis(low, high, height - AxisHeight)
            + rows
            + "</svg>"
            + Table(compare);
    }

    private static int Group(StringBuilder svg, CompareBar bar, int y, double low, double high)
    {
        svg.Append($"<text class=\"title\" y=\"{y + 15}\">{Show.Text(NameOf(bar.Operation))}");
        svg.Append($"<tspan class=\"factor\" dx=\"10\">{Factor(bar)}</tspan></text>");
        y += TitleHeight;
        y = Bar(svg, "before", bar.Before, y, low, high);
        y = bar.AfterCold is { } cold ? Bar(svg, "cold", cold, y, low, high) : y;
        return Bar(svg, "after", bar.After, y, low, high) + GroupGap;
    }

    private static int Bar(StringBuilder svg, string side, double ms, int y, double low, double high)
    {
        var width = Math.Max(0.5, Position(ms, low, high));
        svg.Append(
            $"<rect class=\"{side}\" y=\"{y}\" width=\"{Show.Attribute(width)}%\" height=\"{BarHeight}\" rx=\"2\"/>"
        );
        svg.Append(
            $"<text x=\"{Show.Attribute(width)}%\" dx=\"7\" y=\"{y + 11}\">{side} {Show.Milliseconds(ms)}</text>"
        );
        return y + BarStep;
    }

    private static string Axis(double low, double high, int height)
    {
        var axis = new StringBuilder();
        for (var decade = low; decade <= high; decade++)
        {
            var x = Show.Attribute(BarShare * (decade - low) / (high - low));
            var ms = Math.Pow(10, decade);
            var label =
                ms >= 1_000 ? $"{Show.Count(ms / 1_000)} s" : ms.ToString("0.###", CultureInfo.InvariantCulture);
            axis.Append($"<line x1=\"{x}%\" x2=\"{x}%\" y1=\"{TitleHeight - 4}\" y2=\"{height}\"/>");
            var anchor = decade.Equals(low) ? " class=\"tick first\"" : " class=\"tick\"";
            axis.Append(
                $"<text{anchor} x=\"{x}%\" y=\"{height + 15}\">{label}{(decade.Equals(low) ? " ms" : "")}</text>"
            );
        }

        return axis.ToString();
    }

    private static string Table(LastCompare compare)
    {
        var html = new StringBuilder("<details><summary>The same as a table</summary><table><thead><tr>");
        html.Append("<th scope=\"col\">Operation</th><th scope=\"col\">Before</th><th scope=\"col\">Cold</th>");
        html.Append("<th scope=\"col\">After</th><th scope=\"col\">Ratio</th></tr></thead><tbody>");
        foreach (var bar in compare.Bars)
        {
            html.Append(
                $"<tr><th scope=\"row\">{Show.Text(NameOf(bar.Operation))}</th><td>{Show.Milliseconds(bar.Before)}</td>"
            );
            html.Append($"<td>{(bar.AfterCold is { } cold ? Show.Milliseconds(cold) : "–")}</td>");
            html.Append($"<td>{Show.Milliseconds(bar.After)}</td><td>{Factor(bar)}</td></tr>");
        }

        return html.Append("</tbody></table></details>").ToString();
    }

    private static double Position(double ms, double low, double high) =>
        BarShare * (Math.Log10(Math.Max(ms, SmallestMs)) - low) / (high - low);

    private static string Factor(CompareBar bar) =>
        bar.Ratio.ToString(bar.Ratio < 10 ? "0.#" : "#,0", CultureInfo.InvariantCulture)
        + (bar.Equal ? "× faster" : "×, answers differ");

    private static string When(LastCompare compare) =>
        compare.At.UtcDateTime.ToString("d MMMM yyyy HH:mm", CultureInfo.InvariantCulture) + " UTC";

    private static string NameOf(string operation) =>
        operation switch
        {
            "load" => "File loading",
            "search" => "Content search",
            "convert" => "Format conversion",
            "sync" => "Storage sync",
            _ => operation,
        };
}
