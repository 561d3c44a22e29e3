using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Streaming.Internal.Coding;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Coding;

/// <summary>Kept codings in a folder of their own, that can be opened again as after a restart.</summary>
internal sealed class CodedFixture : IAsyncDisposable
{
    public static readonly AcceptedCodings Brotli = new(ContentCoding.Brotli, ContentCoding.Identity);
    public static readonly AcceptedCodings Gzip = new(ContentCoding.Gzip, ContentCoding.Identity);

    private readonly TempFolder _folder = new();
    private int _opened;

    public CodedFixture(Action<CodedContentsOptions>? configure = null)
    {
        Options = new CodedContentsOptions { Folder = _folder.File("coded"), MaxConcurrency = 2 };
        configure?.Invoke(Options);
        Contents = new CodedContents(Options, clock: Clock);
    }

    public FakeTimeProvider Clock { get; } = new();

    public CodedContentsOptions Options { get; }

    public CodedContents Contents { get; private set; }

    /// <summary>How often a source was opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    public IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(Options.Folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != "lock");

    public static CodedFixture Open() => new();

    /// <summary>Text that compresses about tenfold, another one for each seed.</summary>
    public static byte[] Text(int length, int seed = 1)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(random.Next(1000)).Append(": a line of words that come again and again, as they do\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    public static byte[] Decode(ContentCoding coding, byte[] coded)
    {
        using var from = new MemoryStream(coded);
        using Stream decoder =
            coding == ContentCoding.Brotli
                ? new BrotliStream(from, CompressionMode.Decompress)
                : new GZipStream(from, CompressionMode.Decompress);
        using var to = new MemoryStream();
        decoder.CopyTo(to);
        return to.ToArray();
    }

    public static VariantKey Key(byte[] source, AcceptedCodings accepted) =>
        new(ContentHash.Compute(source), accepted.Best);

    public string PathOf(byte[] source, AcceptedCodings accepted) => Key(source, accepted).PathBelow(Options.Folder);

    /// <summary>Asks for a coding as an answer does; the coded bytes, or null for identity.</summary>
    public async Task<byte[]?> AskAsync(byte[] source, AcceptedCodings accepted)
    {
        await using var reader = await OpenAsync(source, accepted);
        return reader is null ? null : await reader.ReadAllAsync();
    }

    public ValueTask<VariantReader?> OpenAsync(
        byte[] source,
        AcceptedCodings accepted,
        Func<CancellationToken, ValueTask<ContentReader?>>? open = null,
        CancellationToken cancellationToken = default
    ) =>
        Contents.OpenAsync(
            accepted,
            ContentHash.Compute(source),
            source.Length,
            cancelled =>
            {
                Interlocked.Increment(ref _opened);
                return open is null ? new(ContentReader.FromMemory(source)) : open(cancelled);
            },
            cancellationToken
        );

    public async Task RestartAsync(Action? meanwhile = null)
    {
        await Contents.DisposeAsync();
        meanwhile?.Invoke();
        Contents = new CodedContents(Options, clock: Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await Contents.DisposeAsync();
        _folder.Dispose();
    }
}
