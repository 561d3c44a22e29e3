using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>The content of the tables: 26 letters, tag "v1", changed on 2 January 2026 at noon, served a day later.</summary>
public sealed class Article : IAsyncLifetime
{
    public const string Letters = "abcdefghijklmnopqrstuvwxyz";
    public const string Date = "Fri, 02 Jan 2026 12:00:00 GMT";
    public const string Earlier = "Fri, 02 Jan 2026 11:59:59 GMT";
    public const string Later = "Fri, 02 Jan 2026 12:00:01 GMT";

    private static readonly DateTimeOffset Changed = new(2026, 1, 2, 12, 0, 0, 345, TimeSpan.Zero);
    private readonly FakeTimeProvider _clock = new(Changed.AddDays(1));

    internal ContentServer Server { get; private set; } = null!;

    /// <summary>How often a body was opened.</summary>
    internal int Opened { get; private set; }

    public async Task InitializeAsync()
    {
        var what = new ContentDescription
        {
            Length = Letters.Length,
            ETag = "v1",
            ContentType = "text/plain; charset=utf-8",
            LastModified = Changed,
            CacheControl = "private, max-age=60",
        };
        Server = await ContentServer.StartAsync(what, Open, _clock);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    private ContentReader Open()
    {
        Opened++;
        return ContentReader.FromMemory(Encoding.ASCII.GetBytes(Letters));
    }
}
