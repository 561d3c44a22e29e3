using System.Net;

namespace PerfKit.Benchmarks.Claims.Streaming.Clients;

/// <summary>Fetches contents over TLS and HTTP/2, some streams on each of some connections, and throws the bodies away.</summary>
internal sealed class Http2Client : IDisposable
{
    private const int Connections = 4;
    private const int StreamsEach = 4;
    private const int BufferBytes = 64 * 1024;

    private readonly HttpClient[] _clients;

    public Http2Client(int port)
    {
        _clients = [.. Enumerable.Range(0, Connections).Select(_ => Create(port))];
    }

    /// <summary>Fetches the paths in turn until this many answers are whole.</summary>
    /// <exception cref="InvalidDataException">An answer was short, too long, or no 200 over HTTP/2.</exception>
    public async Task FetchAsync(
        IReadOnlyList<string> paths,
        long bytes,
        int answers,
        CancellationToken cancellationToken
    )
    {
        var asked = 0;
        var streams = Enumerable.Range(0, Connections * StreamsEach).Select(s => Task.Run(() => StreamAsync(s)));
        await Task.WhenAll(streams);

        async Task StreamAsync(int stream)
        {
            var buffer = new byte[BufferBytes];
            for (int i; (i = Interlocked.Increment(ref asked) - 1) < answers; )
            {
                await GetAsync(
                    _clients[stream % Connections],
                    paths[i % paths.Count],
                    bytes,
                    buffer,
                    cancellationToken
                );
            }
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    private static HttpClient Create(int port)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
            certificate?.Subject == "CN=localhost"; // Made by our own child a moment ago.
        return new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://127.0.0.1:{port}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    private static async Task GetAsync(
        HttpClient client,
        string path,
        long bytes,
        byte[] buffer,
        CancellationToken cancellationToken
    )
    {
        using var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var received = 0L;
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            received += read;
        }

        if (answer.StatusCode != HttpStatusCode.OK || answer.Version != HttpVersion.Version20 || received != bytes)
        {
            throw new InvalidDataException($"{path} gave {(int)answer.StatusCode} and {received} bytes of {bytes}.");
        }
    }
}
