using System.IO.Pipelines;
using System.Threading.RateLimiting;

namespace PerfKit.Streaming;

/// <summary>What happens to bytes on their way through a pipe; each step is optional.</summary>
public sealed class PipeSteps
{
    /// <summary>Hashes the bytes. It stays the caller's to read and dispose.</summary>
    public ContentHasher? Hasher { get; init; }

    /// <summary>
    /// Gets a copy of the bytes. A slow one slows the pipe; one whose reader has left is dropped, and the pipe goes on. It is
    /// completed with the pipe.
    /// </summary>
    public PipeWriter? Tee { get; init; }

    /// <summary>
    /// Paces the bytes: one permit a byte, asked for before they go on, at most 16,384 at a time, so its limit must be
    /// at least that. Share one between pipes to share a bandwidth. A refusal is an <see cref="IOException"/>.
    /// </summary>
    public RateLimiter? Throttle { get; init; }

    /// <summary>Hears the number of bytes that went on so far, after every flush.</summary>
    public IProgress<long>? Progress { get; init; }
}
