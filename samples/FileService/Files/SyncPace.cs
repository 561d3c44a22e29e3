using System.Threading.RateLimiting;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// The bandwidth of all syncs together (<c>Storage:SyncBytesPerSecond</c>): a copy of a whole workspace leaves the disk
/// and the network to those who wait for an answer.
/// </summary>
internal sealed class SyncPace : IDisposable
{
    private const int PeriodsPerSecond = 100;

    private readonly TokenBucketRateLimiter? _limiter;

    public SyncPace(IOptions<StorageOptions> options)
    {
        var bytesPerSecond = options.Value.SyncBytesPerSecond;
        if (bytesPerSecond == 0)
        {
            return;
        }

        _limiter = new TokenBucketRateLimiter(
            new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(TransferMemory.PlaceBytes, bytesPerSecond / PeriodsPerSecond),
                TokensPerPeriod = Math.Max(1, bytesPerSecond / PeriodsPerSecond),
                ReplenishmentPeriod = TimeSpan.FromSeconds(1) / PeriodsPerSecond,
                QueueLimit = int.MaxValue, // As many wait as jobs run.
            }
        );
        Steps = new PipeSteps { Throttle = _limiter };
    }

    /// <summary>What bytes go through on their way; null without a pace.</summary>
    public PipeSteps? Steps { get; }

    public void Dispose() => _limiter?.Dispose();
}
