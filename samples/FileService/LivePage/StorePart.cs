using System.Text;
using FileService.Files;

namespace FileService.LivePage;

/// <summary>What is stored, the newest files, the jobs.</summary>
internal static class StorePart
{
    public static string Tiles(LivePageModel model)
    {
        var fault = model.StoreFault is null ? "" : $"<p class=\"fault\">{Show.Text(model.StoreFault)}</p>";
        if (model.Store is not { } store)
        {
            return fault;
        }

        var saved = store.LogicalBytes > 0 ? 1 - ((double)store.StoredBytes / store.LogicalBytes) : 0;
        var note = saved >= 0.0005 ? $"{Show.Percent(saved)} saved: equal contents once" : "equal contents stored once";
        return fault
            + "<dl class=\"tiles\">"
            + Tile("Files", Show.Count(store.Files), store.Files == 1 ? "one file" : $"{Average(store)} on average")
            + Tile("Workspaces", Show.Count(store.Workspaces), "by name or id")
            + Tile("Size", Show.Bytes(store.LogicalBytes), "as people see it")
            + Tile("Stored", Show.Bytes(store.StoredBytes), note)
            + "</dl>";
    }

    public static string Recent(LivePageModel model)
    {
        if (model.Store is not { Recent.Count: > 0 } store)
        {
            return "<p class=\"empty\">No file to show: the service is empty, or names are for key holders only.</p>";
        }

        var html = new StringBuilder("<ul class=\"files\">");
        foreach (var file in store.Recent)
        {
            html.Append("<li>").Append(FileLink(file.Id, file.Path));
            html.Append(" <span class=\"figure\">").Append(Show.Bytes(file.Size)).Append("</span></li>");
        }

        return html.Append("</ul>").ToString();
    }

    /// <summary>A link to the file: Markdown as a page, anything else as it is.</summary>
    public static string FileLink(Guid id, string path)
    {
        var query = ContentTypes.ForPath(path) == "text/markdown" ? "?as=html" : "";
        return $"<a href=\"/files/{id}/content{query}\">{Breakable(path)}</a>";
    }

    public static string Jobs(LivePageModel model)
    {
        if (model.Store is not { Jobs.Count: > 0 } store)
        {
            return "<p class=\"empty\">No job has run yet.</p>";
        }

        var html = new StringBuilder("<ul class=\"jobs\">");
        foreach (var job in store.Jobs)
        {
            var state = Show.Text(job.State);
            html.Append($"<li><span>{Show.Text(job.Kind)}</span> <span class=\"state {state}\">{state}</span>");
            html.Append($" <span class=\"figure\">{Show.Count(job.Done)} of {Show.Count(job.Total)}</span>");
            html.Append(
                Bar(
                    job.Total > 0 ? (double)job.Done / job.Total
                    : job.State == "succeeded" ? 1
                    : 0
                )
            );
            html.Append("</li>");
        }

        return html.Append("</ul>").ToString();
    }

    /// <summary>A share as a bar; the text beside it says the same.</summary>
    public static string Bar(double share) =>
        $"<svg class=\"bar\" width=\"100%\" height=\"6\" aria-hidden=\"true\"><rect class=\"track\" width=\"100%\" height=\"6\" rx=\"3\"/>"
        + $"<rect class=\"fill\" width=\"{Show.Attribute(Math.Clamp(share, 0, 1) * 100)}%\" height=\"6\" rx=\"3\"/></svg>";

    private static string Average(StoreSummary store) =>
        store.Files == 0 ? "none" : Show.Bytes((double)store.LogicalBytes / store.Files);

    private static string Tile(string name, string value, string note) =>
        $"<div><dt>{name}</dt><dd><strong>{value}</strong> <span>{note}</span></dd></div>";

    /// <summary>Long paths may break after a slash.</summary>
    private static string Breakable(string path) => Show.Text(path).Replace("/", "/<wbr>", StringComparison.Ordinal);
}
