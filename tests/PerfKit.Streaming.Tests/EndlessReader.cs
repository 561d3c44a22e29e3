namespace PerfKit.Streaming.Tests;

/// <summary>A content of any length that costs nothing and counts what is read of it.</summary>
internal sealed class EndlessReader(long length) : ContentReader
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytesRead;

    public override long Length { get; } = length;

    /// <summary>Where the bytes end in truth.</summary>
    public long EndsAt { get; init; } = length;

    public long BytesRead => Volatile.Read(ref _bytesRead);

    public bool Disposed => _disposed.Task.IsCompleted;

    public Task WhenDisposed => _disposed.Task;

    public override ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        var read = (int)Math.Clamp(EndsAt - offset, 0, buffer.Length);
        _bytesRead += read;
        return new(read);
    }

    public override ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        return default;
    }
}
