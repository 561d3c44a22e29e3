using System.Threading.RateLimiting;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.RateLimit;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// The bandwidth of all syncs together (<c>Storage:SyncBytesPerSecond</c>): a copy of a whole workspace leaves the disk
/// and the network to those who wait for an answer.
/// </summary>
internal sealed class SyncPace : IDisposable
{
    private const int BurstsPerSecond = 50;

    private readonly RateLimiter? _limiter;

    public SyncPace(IOptions<StorageOptions> options)
    {
        var bytesPerSecond = options.Value.SyncBytesPerSecond;
        if (bytesPerSecond == 0)
        {
            return;
        }

        // Two steps fit, so that one that wakes late finds what came back meanwhile.
        var burst = Math.Max(2 * TransferMemory.PlaceBytes, bytesPerSecond / BurstsPerSecond);
        _limiter = RateLimiters.Create(
            new LimitOptions
            {
                Permits = burst,
                Period = TimeSpan.FromSeconds((double)burst / bytesPerSecond),
                QueueLimit = int.MaxValue, // As many wait as jobs run.
            }
        );
        Steps = new PipeSteps { Throttle = _limiter };
    }

    /// <summary>What bytes go through on their way; null without a pace.</summary>
    public PipeSteps? Steps { get; }

    public void Dispose() => _limiter?.Dispose();
}
