using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FileService.Tests.Fixture;

namespace FileService.Tests.Crash;

/// <summary>Uploads, replaces and deletes its own paths, noting each in the ledger, until the service dies under it.</summary>
internal sealed class Writer(HttpClient client, Workspace workspace, Ledger ledger, int number, int seed)
{
    private const int Paths = 12;
    private const int LargestBytes = 400_000;
    private readonly Random _random = new(seed);

    public async Task RunUntilDeathAsync()
    {
        try
        {
            while (true)
            {
                await WriteAsync(string.Create(CultureInfo.InvariantCulture, $"w{number}/f{_random.Next(Paths)}.txt"));
            }
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            // The service was killed: what was under way stays open in the ledger. A bare SocketException comes from a
            // connection that ended between its opening and the client's look at its other end.
        }
    }

    private async Task WriteAsync(string path)
    {
        if (_random.Next(4) == 0)
        {
            ledger.Begin(path, null);
            using var deleted = await client.DeleteAsync(ServiceCalls.FileUrl(workspace.Id, path));
            deleted.StatusCode.Should().BeOneOf(HttpStatusCode.NoContent, HttpStatusCode.NotFound);
            ledger.Acknowledge(path, null);
            return;
        }

        var content = Content();
        var hash = ServiceCalls.Hash(content);
        ledger.Begin(path, hash);
        using var response = await client.PutAsync(workspace.Id, path, content);
        await response.ShouldBeAsync(response.StatusCode == HttpStatusCode.Created ? 201 : 200);
        ledger.Acknowledge(path, hash);
    }

    /// <summary>Sometimes one of a few contents that others write and delete too, so that collections race with references.</summary>
    private byte[] Content()
    {
        var shared = _random.Next(3) == 0;
        var random = shared ? new Random(_random.Next(4)) : _random;
        var content = new byte[1 + random.Next(random.Next(10) == 0 ? LargestBytes : 20_000)];
        random.NextBytes(content);
        return content;
    }
}
