using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace PerfKit.TestKit.Load;

/// <summary>
/// One large file up and down, made and hashed while it streams on the client's side, with the service's memory watched.
/// </summary>
public sealed class LargeFile(ServiceProcess service, long bytes, ulong seed = 1)
{
    private const int RangeBytes = 1_000_003; // Odd, so that it starts and ends inside every kind of block.
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Uploads, downloads and reads a middle range; the file is deleted at the end.</summary>
    public async Task<LargeFileReport> RunAsync()
    {
        using var client = service.ClientFor("dev");
        client.Timeout = TimeSpan.FromMinutes(15);
        var workspace = $"large-{Guid.NewGuid():N}";
        using var created = await client.PostAsJsonAsync("/workspaces", new { name = workspace });
        created.EnsureSuccessStatusCode();
        await TransferAsync(client, $"/workspaces/{workspace}/files/warm.bin", 16 << 20); // Code and pools, not counted.

        var before = service.ResidentBytes();
        using var done = new CancellationTokenSource();
        var peak = WatchAsync(done.Token);
        var (hash, reported, received) = await TransferAsync(client, $"/workspaces/{workspace}/files/large.bin", bytes);
        var rangeRight = await IsRangeRightAsync(client, $"/workspaces/{workspace}/files/large.bin");
        await done.CancelAsync();
        using var deleted = await client.DeleteAsync($"/workspaces/{workspace}/files/large.bin");
        return new LargeFileReport(hash, reported, received, rangeRight, Math.Max(0, await peak - before));
    }

    private async Task<(string Sent, string Reported, string Received)> TransferAsync(
        HttpClient client,
        string url,
        long length
    )
    {
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var body = new StreamContent(
            new HashingStream(new PseudoRandomStream(seed, length), hashing),
            256 * 1024
        );
        body.Headers.ContentLength = length;
        using var uploaded = await client.PutAsync(url, body);
        var file = await uploaded.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();

        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
        await using var content = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        return (
            Convert.ToHexStringLower(hashing.GetHashAndReset()),
            file.GetProperty("contentHash").GetString()!,
            Convert.ToHexStringLower(await SHA256.HashDataAsync(content))
        );
    }

    private async Task<bool> IsRangeRightAsync(HttpClient client, string url)
    {
        var from = (bytes / 2) - 3;
        var expected = new byte[Math.Min(RangeBytes, bytes - from)];
        PseudoRandomStream.Fill(seed, from, expected);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(from, from + expected.Length - 1);
        using var response = await client.SendAsync(request);
        var part = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        return part.AsSpan().SequenceEqual(expected);
    }

    private async Task<long> WatchAsync(CancellationToken stop)
    {
        var peak = 0L;
        using var timer = new PeriodicTimer(SamplePeriod);
        do
        {
            peak = Math.Max(peak, service.ResidentBytes());
        } while (!stop.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None));

        return peak;
    }

    private sealed class HashingStream(PseudoRandomStream source, IncrementalHash hash) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => source.Length;
        public override long Position
        {
            get => source.Position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            hash.AppendData(buffer[..read]);
            return read;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>What came of a large file; hashes are lower-case hex.</summary>
/// <param name="SentHash">SHA-256 of what the client sent.</param>
/// <param name="ReportedHash">The <c>contentHash</c> the service answered.</param>
/// <param name="ReceivedHash">SHA-256 of what came back.</param>
/// <param name="RangeRight">Whether a range in the middle had the right bytes.</param>
/// <param name="ResidentGrowthBytes">Growth of the service's resident set, peak over start.</param>
public sealed record LargeFileReport(
    string SentHash,
    string ReportedHash,
    string ReceivedHash,
    bool RangeRight,
    long ResidentGrowthBytes
);
