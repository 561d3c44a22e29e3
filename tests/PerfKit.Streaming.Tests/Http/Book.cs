using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A content long enough for several parts: 10,000 random bytes with their hash, changed a day ago.</summary>
public sealed class Book : IAsyncLifetime
{
    public const int Length = 10_000;

    private static readonly DateTimeOffset Changed = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    internal ContentServer Server { get; private set; } = null!;

    internal byte[] Bytes { get; } = TestBytes.Random(Length);

    public async Task InitializeAsync()
    {
        var what = new ContentDescription
        {
            Length = Length,
            Sha256 = ContentHash.Compute(Bytes),
            ContentType = "text/plain; charset=utf-8",
            LastModified = Changed,
            CacheControl = "private, max-age=60",
        };
        Server = await ContentServer.StartAsync(
            what,
            () => ContentReader.FromMemory(Bytes),
            new FakeTimeProvider(Changed.AddDays(1))
        );
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
