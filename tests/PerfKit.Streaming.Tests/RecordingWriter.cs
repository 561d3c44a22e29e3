using System.Buffers;

namespace PerfKit.Streaming.Tests;

/// <summary>Keeps what reaches the store, and in which blocks.</summary>
internal sealed class RecordingWriter() : ContentWriter(declaredLength: null)
{
    public List<int> Blocks { get; } = [];

    public MemoryStream Stored { get; } = new();

    protected override ValueTask WriteBlocksAsync(
        ReadOnlySequence<byte> blocks,
        long offset,
        CancellationToken cancellationToken
    )
    {
        offset.Should().Be(Stored.Length);
        Stored.Write(blocks.ToArray());
        Blocks.Add((int)blocks.Length);
        return default;
    }

    protected override ValueTask FinishBlocksAsync(CancellationToken cancellationToken) => default;

    protected override ContentReader OpenBlocks(long length) => ContentReader.FromMemory(Stored.ToArray());

    protected override ValueTask PublishAsync(ContentInfo content, CancellationToken cancellationToken) => default;

    protected override ValueTask ReleaseAsync(bool committed) => default;
}
