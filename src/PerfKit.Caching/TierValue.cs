using System.Buffers;

namespace PerfKit.Caching;

/// <summary>A value for a tier.</summary>
/// <param name="Payload">Its bytes.</param>
/// <param name="Tags">Its tags; a removal of one of them removes the value.</param>
/// <param name="TimeToLive">How long the tier keeps it: 1 ms or more.</param>
public readonly record struct TierValue(
    ReadOnlySequence<byte> Payload,
    IReadOnlyList<string> Tags,
    TimeSpan TimeToLive
);
