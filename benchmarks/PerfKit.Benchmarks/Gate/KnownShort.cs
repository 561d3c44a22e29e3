using System.Text.Json;

namespace PerfKit.Benchmarks.Gate;

/// <summary>A bar that cannot be met, with the figure reached and the reason: an entry of <c>benchmarks/known-short.json</c>.</summary>
public sealed record KnownShort(string Area, string Id, string Measured, string Reason)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the list that is copied beside the program.</summary>
    public static IReadOnlyList<KnownShort> Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "known-short.json"));
        return JsonSerializer.Deserialize<List<KnownShort>>(file, Json)!;
    }
}
