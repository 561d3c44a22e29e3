using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Kestrel's MinResponseDataRate counts what WriteAsync is given and not what is written into memory it lent: a flush of such a
/// block has the grace period alone, so honest readers below 50 KB/s would be cut off. The grace period is made what a block may
/// take at that rate. A request's setting ends with it.
/// </summary>
internal static class LeastRate
{
    /// <summary>Below this Kestrel's own buffer takes the whole body, and no flush waits.</summary>
    private const int BufferedBytes = 64 * 1024;

    public static void AllowBlocks(HttpContext context, long length)
    {
        if (
            length > BufferedBytes
            && context.Features.Get<IHttpMinResponseDataRateFeature>() is { MinDataRate: { } rate } feature
        )
        {
            var needed = TimeSpan.FromSeconds(Math.Min(length, ContentReader.BlockBytes) / rate.BytesPerSecond);
            if (needed > rate.GracePeriod)
            {
                feature.MinDataRate = new MinDataRate(rate.BytesPerSecond, needed);
            }
        }
    }
}
