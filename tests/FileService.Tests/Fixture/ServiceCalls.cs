using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FileService.Tests.Fixture;

/// <summary>A workspace a test made.</summary>
public sealed record Workspace(string Id, string Name);

/// <summary>The service's calls as the tests use them, over plain HTTP.</summary>
internal static class ServiceCalls
{
    /// <summary>Makes a workspace with a name nobody else uses.</summary>
    public static async Task<Workspace> NewWorkspaceAsync(this HttpClient client)
    {
        using var response = await client.PostAsJsonAsync("/workspaces", new { name = $"w{Guid.NewGuid():N}" });
        var json = await response.ShouldBeJsonAsync(201);
        return new Workspace(json.GetProperty("id").GetString()!, json.GetProperty("name").GetString()!);
    }

    /// <summary>The address of a path in a workspace, every segment escaped.</summary>
    public static string FileUrl(string workspace, string path) =>
        $"/workspaces/{workspace}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>Uploads without looking at the answer.</summary>
    public static async Task<HttpResponseMessage> PutAsync(
        this HttpClient client,
        string workspace,
        string path,
        byte[] content,
        string? contentType = null,
        Action<HttpRequestHeaders>? headers = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, FileUrl(workspace, path));
        request.Content = new ByteArrayContent(content);
        if (contentType is not null)
        {
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        headers?.Invoke(request.Headers);
        return await client.SendAsync(request);
    }

    /// <summary>Uploads text; the answer must be 201 or 200. Returns the file.</summary>
    public static Task<JsonElement> UploadAsync(
        this HttpClient client,
        Workspace workspace,
        string path,
        string text,
        string? contentType = null
    ) => client.UploadAsync(workspace, path, Encoding.UTF8.GetBytes(text), contentType);

    /// <summary>Uploads bytes; the answer must be 201 or 200. Returns the file.</summary>
    public static async Task<JsonElement> UploadAsync(
        this HttpClient client,
        Workspace workspace,
        string path,
        byte[] content,
        string? contentType = null
    )
    {
        using var response = await client.PutAsync(workspace.Id, path, content, contentType);
        return await response.ShouldBeJsonAsync((int)response.StatusCode == 201 ? 201 : 200);
    }

    /// <summary>A GET that must answer 200 with JSON.</summary>
    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string url)
    {
        using var response = await client.GetAsync(url);
        return await response.ShouldBeJsonAsync(200);
    }

    /// <summary>A request with headers; the headers are not validated by the client.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client,
        HttpMethod method,
        string url,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, url);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    /// <summary>All items of a list, page by page by its <c>next</c> cursors.</summary>
    public static async Task<List<JsonElement>> WalkAsync(this HttpClient client, string url)
    {
        List<JsonElement> items = [];
        var separator = url.Contains('?') ? '&' : '?';
        for (string? next = null, page = url; ; page = $"{url}{separator}after={Uri.EscapeDataString(next!)}")
        {
            var list = await client.GetJsonAsync(page);
            list.ShouldBeList();
            items.AddRange(list.GetProperty("items").EnumerateArray());
            next = list.GetProperty("next").GetString();
            if (next is null)
            {
                return items;
            }

            items.Count.Should().BeLessThan(1_000_000, "a walk ends");
        }
    }

    /// <summary>SHA-256 as 64 lower-case hex digits.</summary>
    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>SHA-256 of UTF-8 text as 64 lower-case hex digits.</summary>
    public static string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>A string property.</summary>
    public static string Text(this JsonElement json, string property) => json.GetProperty(property).GetString()!;
}
