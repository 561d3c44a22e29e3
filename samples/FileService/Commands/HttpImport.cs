using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FileService.Files;
using FileService.Setup;

namespace FileService.Commands;

/// <summary>Imports over HTTP: compares by content hash, uploads what differs, waits when told to.</summary>
internal static class HttpImport
{
    private const int Uploads = 4;
    private const int MaxTries = 5;

    public static async Task RunAsync(
        Uri service,
        string key,
        string workspace,
        IReadOnlyList<ImportFile> files,
        ImportTally tally,
        CancellationToken ct
    )
    {
        using var http = new HttpClient { BaseAddress = service, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        await EnsureWorkspaceAsync(http, workspace, ct);
        var known = await KnownAsync(http, workspace, ct);
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = Uploads, CancellationToken = ct },
            async (file, token) => await SendAsync(http, workspace, file, known, tally, token)
        );
    }

    private static async Task EnsureWorkspaceAsync(HttpClient http, string name, CancellationToken ct)
    {
        using var made = await http.PostAsJsonAsync("/workspaces", new { name }, ct);
        if (made.StatusCode != HttpStatusCode.Conflict)
        {
            await EnsureAsync(made, ct);
        }
    }

    private static async Task<Dictionary<string, FileView>> KnownAsync(
        HttpClient http,
        string workspace,
        CancellationToken ct
    )
    {
        var known = new Dictionary<string, FileView>(StringComparer.Ordinal);
        var next = $"/workspaces/{Uri.EscapeDataString(workspace)}/files?fields=path,size,contentHash&limit=1000";
        while (next is not null)
        {
            using var response = await http.GetAsync(next, ct);
            await EnsureAsync(response, ct);
            var page = await response.Content.ReadFromJsonAsync<FilePage>(ct);
            foreach (var file in page!.Items)
            {
                known[file.Path!] = file;
            }

            next = response.Headers.TryGetValues("Link", out var links) ? Next(string.Join(',', links)) : null;
        }

        return known;
    }

    private static string? Next(string links) =>
        Regex.Match(links, "<([^>]+)>; rel=\"next\"") is { Success: true } next ? next.Groups[1].Value : null;

    private static async Task SendAsync(
        HttpClient http,
        string workspace,
        ImportFile file,
        Dictionary<string, FileView> known,
        ImportTally tally,
        CancellationToken ct
    )
    {
        if (
            known.TryGetValue(file.Path, out var there)
            && there.Size == file.Size
            && await IsSameAsync(file, there, ct)
        )
        {
            tally.AddUnchanged(file.Size);
            return;
        }

        var path = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        for (var attempt = 1; ; attempt++)
        {
            if (!file.TryOpenRead(out var source, out var fault))
            {
                tally.AddFailed(file.Path, fault);
                return;
            }

            using var body = new StreamContent(source);
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentTypes.ForPath(file.Path));
            var url = $"/workspaces/{Uri.EscapeDataString(workspace)}/files/{path}";
            using var response = await http.PutAsync(url, body, ct);
            if (IsBusy(response) && attempt < MaxTries)
            {
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), ct);
                continue;
            }

            if (response.IsSuccessStatusCode)
            {
                tally.AddStored(file.Size, response.StatusCode == HttpStatusCode.Created);
            }
            else
            {
                tally.AddFailed(file.Path, await DetailAsync(response, ct));
            }

            return;
        }
    }

    private static bool IsBusy(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;

    private static async ValueTask<bool> IsSameAsync(ImportFile file, FileView there, CancellationToken ct)
    {
        if (!file.TryOpenRead(out var source, out _))
        {
            return false;
        }

        await using (source)
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(source, ct)) == there.ContentHash;
        }
    }

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new SetupException($"The service refused: {await DetailAsync(response, ct)}");
        }
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var problem =
            response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? await response.Content.ReadFromJsonAsync<Problem>(ct)
                : null;
        return problem?.Detail ?? $"{(int)response.StatusCode} {response.ReasonPhrase}";
    }

    private sealed record FilePage(IReadOnlyList<FileView> Items, string? Next);

    private sealed record Problem(string? Detail);
}
