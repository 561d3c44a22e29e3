using System.Globalization;
using System.Text.Json;

namespace FileService.Tests.Fixture;

/// <summary>The order a list should have, decided in the test: text by code point, the same on every engine.</summary>
internal static class FileOrder
{
    private static readonly string[] Folders = ["", "a/", "B/", "a-b/", "a_b/", "ä/", "a.b/", "Z/y/"];

    /// <summary>Paths on which wrong collations and wrong tie-breaks show: mixed case, punctuation, equal names.</summary>
    public static string PathOf(int i) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Folders[i % Folders.Length]}{(i % 2 == 0 ? 'n' : 'N')}{i / 8}.txt"
        );

    /// <summary>Compares two files by a sort such as <c>-size,path</c>.</summary>
    public static int Compare(string sort, JsonElement x, JsonElement y)
    {
        foreach (var key in sort.Split(','))
        {
            var field = key.TrimStart('-');
            var order = Compare(x.GetProperty(field), y.GetProperty(field), field);
            if (order != 0)
            {
                return key[0] == '-' ? -order : order;
            }
        }

        return 0;
    }

    private static int Compare(JsonElement x, JsonElement y, string field) =>
        field switch
        {
            "size" or "version" => x.GetInt64().CompareTo(y.GetInt64()),
            "createdAt" or "updatedAt" => x.GetString()!.Time().CompareTo(y.GetString()!.Time()),
            _ => string.CompareOrdinal(x.GetString(), y.GetString()),
        };
}
