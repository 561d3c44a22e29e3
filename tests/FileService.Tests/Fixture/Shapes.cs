using System.Text.Json;
using System.Text.RegularExpressions;

namespace FileService.Tests.Fixture;

/// <summary>What the contract says about the shape of answers.</summary>
internal static partial class Shapes
{
    public static readonly string[] File =
    [
        "id",
        "workspaceId",
        "path",
        "name",
        "contentType",
        "size",
        "contentHash",
        "version",
        "createdAt",
        "updatedAt",
    ];

    /// <summary>The answer has this status and JSON; returns it.</summary>
    public static async Task<JsonElement> ShouldBeJsonAsync(this HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, "of the answer {0}", body);
        response.Content.Headers.ContentType?.MediaType.Should().Be("application/json");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>The answer has this status; the message shows its body.</summary>
    public static async Task ShouldBeAsync(this HttpResponseMessage response, int status)
    {
        var shown = (int)response.StatusCode == status ? "" : await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, "of the answer {0}", shown);
    }

    /// <summary>The object has exactly these properties, in any order.</summary>
    public static void ShouldHaveExactly(this JsonElement json, params string[] properties) =>
        json.EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo(properties);

    /// <summary>The object is <c>{"items":[...],"next":"cursor"|null}</c>, perhaps with <c>partial</c>.</summary>
    public static void ShouldBeList(this JsonElement json)
    {
        json.EnumerateObject().Select(p => p.Name).Where(p => p != "partial").Should().BeEquivalentTo("items", "next");
        json.GetProperty("items").ValueKind.Should().Be(JsonValueKind.Array);
        json.GetProperty("next").ValueKind.Should().BeOneOf(JsonValueKind.String, JsonValueKind.Null);
    }

    /// <summary>The object is a file (and nothing more but <paramref name="more"/>) with values of the right form.</summary>
    public static void ShouldBeFile(this JsonElement json, params string[] more)
    {
        json.ShouldHaveExactly([.. File, .. more]);
        json.Text("id").ShouldBeId();
        json.Text("workspaceId").ShouldBeId();
        json.Text("contentHash").Should().MatchRegex("^[0-9a-f]{64}$");
        json.Text("contentType").Should().Contain("/");
        json.GetProperty("size").GetInt64().Should().BeGreaterThanOrEqualTo(0);
        json.GetProperty("version").GetInt64().Should().BeGreaterThan(0);
        json.Text("createdAt").ShouldBeTime();
        json.Text("updatedAt").ShouldBeTime();
    }

    /// <summary>A UUID in its usual lower-case form.</summary>
    public static void ShouldBeId(this string text) =>
        text.Should().MatchRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$");

    /// <summary>RFC 3339 in UTC, of about now.</summary>
    public static void ShouldBeTime(this string text)
    {
        Rfc3339Utc().IsMatch(text).Should().BeTrue("{0} should be RFC 3339 UTC", text);
        text.Time().Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
    }

    /// <summary>Parses an RFC 3339 time.</summary>
    public static DateTimeOffset Time(this string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")]
    private static partial Regex Rfc3339Utc();
}
