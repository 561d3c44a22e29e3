using System.ComponentModel.DataAnnotations;

namespace FileService.Setup;

/// <summary>Configuration section <c>Collector</c>.</summary>
internal sealed class CollectorOptions
{
    /// <summary>Pause between collections of contents nobody refers to: 100 ms to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many collections pass between two that also list the stores for blobs without a row: 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int PassesPerSweep { get; set; } = 60;
}
