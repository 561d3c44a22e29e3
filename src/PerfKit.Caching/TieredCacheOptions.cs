using System.Text.Json;

namespace PerfKit.Caching;

/// <summary>The bounds of one tiered cache. The options name is the cache's name.</summary>
public sealed class TieredCacheOptions
{
    internal const long MinCapacityBytes = 64 << 10;
    internal const int MaxKeyLength = 1 << 20;
    internal const int MaxTagLength = 1_024;
    internal const int MaxTags = 128;
    internal const long MaxPayloadBytes = 1L << 30;
    internal const int MaxCount = 10_000_000;

    internal static readonly TimeSpan MaxProbeInterval = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan MinProbeInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Most bytes held in this process, keys and about 200 bytes an entry included: 65,536 to 1,099,511,627,776 (2^40); by
    /// default 67,108,864 (64 MiB). Values that are shared as they are count what they are said to weigh.
    /// </summary>
    public long CapacityBytes { get; set; } = 64L << 20;

    /// <summary>How entries are kept where a call does not say.</summary>
    public TieredEntryOptions Entries { get; set; } = new();

    /// <summary>
    /// Longer keys, and keys that are not valid UTF-16, are not cached: their factory is called each time: 1 to 1,048,576
    /// characters; by default 1,024.
    /// </summary>
    public int MaximumKeyLength { get; set; } = 1_024;

    /// <summary>
    /// Values with more serialized bytes are returned and not kept; a shared value without a second tier has none and counts
    /// against <see cref="CapacityBytes"/> alone: 1 to 1,073,741,824 (1 GiB); by default 16,777,216 (16
    /// MiB).
    /// </summary>
    public long MaximumPayloadBytes { get; set; } = 16L << 20;

    /// <summary>
    /// Compresses payloads for the second tier from this size on, where it saves an eighth: 64 to 1,073,741,824 bytes; by
    /// default null, never.
    /// </summary>
    public long? CompressFromBytes { get; set; }

    /// <summary>
    /// Most entries that only say that something is absent, the oldest leave first: 1 to 10,000,000; by default 10,000. So
    /// invented keys do not push real values out.
    /// </summary>
    public int NegativeCapacity { get; set; } = 10_000;

    /// <summary>
    /// How long a value made while the second tier cannot be heard is served from this process: other processes' writes go
    /// unheard meanwhile: 1 ms to 3,650 days; by default 1 second. Of use only with a tier that tells of other processes.
    /// </summary>
    public TimeSpan UnheardExpiration { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Most keys and tags written while the second tier could not be reached, which are removed from it before it is read
    /// again: 1 to 10,000,000; by default 10,000. With more, everything in it is removed.
    /// </summary>
    public int JournalCapacity { get; set; } = 10_000;

    /// <summary>How often a second tier that failed is tried again, in the background: 10 ms to 1 minute; by default 100 ms.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Rules and source-generated contexts for values that go through System.Text.Json; null (the default) uses reflection
    /// where the application allows it. A registered <c>IHybridCacheSerializer</c> comes first.
    /// </summary>
    public JsonSerializerOptions? SerializerOptions { get; set; }

    /// <summary>
    /// Types whose instances never change and are handed to all callers as they are, beside those that say so themselves
    /// (<see cref="System.ComponentModel.ImmutableObjectAttribute"/>) and the framework's own immutable ones.
    /// </summary>
    public ISet<Type> SharedTypes { get; } = new HashSet<Type>();

    internal string? Fault(string name)
    {
        var key = name.Length == 0 ? "TieredCacheOptions" : $"TieredCacheOptions '{name}'";
        return FaultOf(key, nameof(CapacityBytes), CapacityBytes, MinCapacityBytes, LocalCacheOptions.MaxCapacity)
            ?? FaultOf(key, nameof(MaximumKeyLength), MaximumKeyLength, 1, MaxKeyLength)
            ?? FaultOf(key, nameof(MaximumPayloadBytes), MaximumPayloadBytes, 1, MaxPayloadBytes)
            ?? FaultOf(key, nameof(CompressFromBytes), CompressFromBytes, 64, MaxPayloadBytes)
            ?? FaultOf(key, nameof(NegativeCapacity), NegativeCapacity, 1, MaxCount)
            ?? FaultOf(key, nameof(JournalCapacity), JournalCapacity, 1, MaxCount)
            ?? FaultOf(key, nameof(ProbeInterval), ProbeInterval, MinProbeInterval, MaxProbeInterval)
            ?? FaultOf(
                key,
                nameof(UnheardExpiration),
                UnheardExpiration,
                TieredEntryOptions.MinSpan,
                TieredEntryOptions.MaxSpan
            )
            ?? Entries.Fault($"{key}: Entries");
    }

    private static string? FaultOf(string key, string option, long? value, long least, long most) =>
        value is { } number && (number < least || number > most)
            ? FormattableString.Invariant($"{key}: {option} is {number} but must be between {least} and {most}.")
            : null;

    private static string? FaultOf(string key, string option, TimeSpan value, TimeSpan least, TimeSpan most) =>
        value < least || value > most
            ? FormattableString.Invariant($"{key}: {option} is {value:c} but must be between {least:c} and {most:c}.")
            : null;
}
