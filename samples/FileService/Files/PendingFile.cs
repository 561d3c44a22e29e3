using FileService.Data;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A received content, durable under a temporary name, waiting for its row.</summary>
internal sealed record PendingFile(string Path, string ContentType, ContentWriter Writer, ContentInfo Content)
    : IAsyncDisposable
{
    /// <summary>What search looks at; null when the content is not text.</summary>
    public string? Text { get; init; }

    public long? SourceMtime { get; init; }

    public WriteCondition Condition { get; init; } = WriteCondition.None;

    public string Hash { get; } = Content.Hash.ToString();

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public ValueTask DisposeAsync() => Writer.DisposeAsync();
}

/// <summary>What a write did.</summary>
internal sealed record WriteResult(FileRow File, bool Created);
