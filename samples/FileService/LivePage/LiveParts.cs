using System.Text;

namespace FileService.LivePage;

/// <summary>The parts of the page that change, rendered: the page sets them in place, an update carries them together.</summary>
internal sealed record LiveParts(string Moment, string Tiles, string Recent, string Caches, string Limits, string Jobs)
{
    /// <summary>The last comparison as a chart.</summary>
    public required string Compare { get; init; }

    /// <summary>Every series of every instrument.</summary>
    public required string Instruments { get; init; }

    /// <summary>All parts, each in an element that carries its id.</summary>
    public required string Fragment { get; init; }

    /// <summary>Renders a model.</summary>
    public static LiveParts Render(LivePageModel model)
    {
        var parts = new LiveParts(
            MomentOf(model),
            StorePart.Tiles(model),
            StorePart.Recent(model),
            CacheParts.Render(model.Meters),
            MeterParts.Limits(model.Meters),
            StorePart.Jobs(model)
        )
        {
            Compare = CompareChart.Render(model.Compare),
            Instruments = MeterParts.All(model.Meters),
            Fragment = "",
        };
        return parts with { Fragment = parts.Join() };
    }

    private static string MomentOf(LivePageModel model) =>
        $"<time datetime=\"{model.At:yyyy-MM-ddTHH:mm:ssZ}\">{model.At:HH:mm:ss} UTC</time>";

    private string Join()
    {
        var html = new StringBuilder();
        foreach (var (id, part) in Places())
        {
            html.Append("<div id=\"live-").Append(id).Append("\">").Append(part).Append("</div>");
        }

        return html.ToString();
    }

    private IEnumerable<(string Id, string Html)> Places() =>
        [
            ("moment", Moment),
            ("tiles", Tiles),
            ("recent", Recent),
            ("caches", Caches),
            ("limits", Limits),
            ("jobs", Jobs),
            ("compare", Compare),
            ("instruments", Instruments),
        ];
}
