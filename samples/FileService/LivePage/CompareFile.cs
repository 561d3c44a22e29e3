using System.Text.Json;
using Microsoft.Extensions.Options;

namespace FileService.LivePage;

/// <summary>One operation of the last comparison, in milliseconds at the median.</summary>
internal sealed record CompareBar(
    string Operation,
    double Before,
    double? AfterCold,
    double After,
    double Ratio,
    bool Equal
);

/// <summary>The last comparison.</summary>
internal sealed record LastCompare(DateTimeOffset At, string Folder, double RttMs, IReadOnlyList<CompareBar> Bars);

/// <summary>Reads what <c>compare</c> wrote, again only when the file changes. A broken file is no comparison.</summary>
internal sealed class CompareFile(IOptions<LivePageOptions> options, ILogger<CompareFile> logger)
{
    private const int MaxBytes = 1 << 20;
    private const int MaxRows = 16;

    private readonly Lock _gate = new();
    private (DateTime WrittenAt, long Length) _seen;
    private LastCompare? _last;

    /// <summary>The comparison; null when there is none.</summary>
    public LastCompare? Read()
    {
        lock (_gate)
        {
            var file = new FileInfo(options.Value.CompareFile);
            if (!file.Exists || file.Length > MaxBytes)
            {
                _last = null;
                _seen = default;
                return null;
            }

            if (_seen == (file.LastWriteTimeUtc, file.Length))
            {
                return _last;
            }

            _seen = (file.LastWriteTimeUtc, file.Length);
            _last = TryParse(file);
            return _last;
        }
    }

    private LastCompare? TryParse(FileInfo file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            var root = json.RootElement;
            return new LastCompare(
                file.LastWriteTimeUtc,
                root.GetProperty("folder").GetString() ?? "",
                root.GetProperty("rttMs").GetDouble(),
                [.. root.GetProperty("rows").EnumerateArray().Take(MaxRows).Select(ParseBar)]
            );
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or IOException
                        or FormatException
            )
        {
            logger.LogWarning("The live page cannot show {File}: {Reason}", file.FullName, e.Message);
            return null;
        }
    }

    private static CompareBar ParseBar(JsonElement row) =>
        new(
            row.GetProperty("operation").GetString() ?? "",
            P50(row, "before") ?? 0,
            P50(row, "afterCold"),
            P50(row, "after") ?? 0,
            row.GetProperty("ratio").GetDouble(),
            row.GetProperty("equal").GetBoolean()
        );

    private static double? P50(JsonElement row, string side) =>
        row.TryGetProperty(side, out var times) && times.ValueKind == JsonValueKind.Object
            ? times.GetProperty("p50Ms").GetDouble()
            : null;
}
