using System.Collections.Concurrent;
using System.Net;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>Uploads at once, one content after the other on each connection, until the server is gone.</summary>
internal sealed class UploadClients(UploadPlan plan, KillMoment moment, IContentStore store)
{
    private const int Connections = 6;
    private const int PieceBytes = 32 * 1024;

    /// <summary>Contents whose upload was answered with their hash.</summary>
    public ConcurrentBag<ContentHash> Acknowledged { get; } = [];

    /// <summary>Those that were not visible at that very moment: a kill just then would have lost them.</summary>
    public ConcurrentBag<ContentHash> AcknowledgedTooSoon { get; } = [];

    public async Task RunAsync(Uri server, int seed, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };
        moment.Started();
        await Task.WhenAll(
            Enumerable
                .Range(0, Connections)
                .Select(i => Task.Run(() => UploadAsync(client, new Random((seed * 31) + i), cancellationToken)))
        );
    }

    private async Task UploadAsync(HttpClient client, Random dice, CancellationToken cancellationToken)
    {
        while (true)
        {
            var upload = plan.Next(dice);
            using var body = new Body(upload.Bytes, moment, announced: dice.Next(2) == 0);
            try
            {
                using var answer = await client.PutAsync($"/{upload.Hash}", body, cancellationToken);
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                if (answer.StatusCode != HttpStatusCode.OK || text != upload.Hash.ToString())
                {
                    throw new InvalidOperationException($"The server answered {answer.StatusCode}: '{text}'.");
                }
            }
            catch (HttpRequestException) when (moment.HasFired)
            {
                return; // Killed: this upload was not acknowledged.
            }

            if (await store.GetInfoAsync(upload.Hash, cancellationToken) is null)
            {
                AcknowledgedTooSoon.Add(upload.Hash);
            }

            Acknowledged.Add(upload.Hash);
            moment.Acknowledged();
        }
    }

    private sealed class Body : HttpContent
    {
        private readonly ReadOnlyMemory<byte> _bytes;
        private readonly KillMoment _moment;
        private readonly bool _announced;

        public Body(ReadOnlyMemory<byte> bytes, KillMoment moment, bool announced)
        {
            (_bytes, _moment, _announced) = (bytes, moment, announced);
            Headers.ContentLength = announced ? bytes.Length : null;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var at = 0; at < _bytes.Length; at += PieceBytes)
            {
                var piece = _bytes[at..Math.Min(at + PieceBytes, _bytes.Length)];
                await stream.WriteAsync(piece);
                _moment.Sent(piece.Length);
            }

            _moment.SentWhole();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return _announced;
        }
    }
}
