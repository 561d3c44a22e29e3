using System.Globalization;
using System.Net;

namespace FileService.LivePage;

/// <summary>Writes figures as people read them, and text so that HTML keeps it text.</summary>
internal static class Show
{
    private static readonly string[] Sizes = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>1,234</summary>
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>12.3 MB (powers of 1,000)</summary>
    public static string Bytes(double bytes)
    {
        var size = 0;
        while (bytes >= 999.5 && size < Sizes.Length - 1)
        {
            bytes /= 1000;
            size++;
        }

        return bytes.ToString(size > 0 && bytes < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture)
            + " "
            + Sizes[size];
    }

    /// <summary>97.3 %, kept on one line</summary>
    public static string Percent(double share) =>
        (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + "\u00A0%";

    /// <summary>0.42 ms, 3.1 ms, 312 ms, 4.1 s</summary>
    public static string Milliseconds(double ms) =>
        ms >= 10_000
            ? (ms / 1000).ToString("0.#", CultureInfo.InvariantCulture) + " s"
            : ms.ToString(
                ms < 1 ? "0.###"
                    : ms < 100 ? "0.#"
                    : "#,0",
                CultureInfo.InvariantCulture
            ) + " ms";

    /// <summary>35/s; a dash while unknown.</summary>
    public static string Rate(double? perSecond) =>
        perSecond is { } rate
            ? rate.ToString(rate is > 0 and < 9.95 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + "/s"
            : "–";

    /// <summary>A number for an attribute.</summary>
    public static string Attribute(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Text as HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
