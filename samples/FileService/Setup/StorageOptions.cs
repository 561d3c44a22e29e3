using System.ComponentModel.DataAnnotations;

namespace FileService.Setup;

/// <summary>Configuration section <c>Storage</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>The data folder; <c>--data</c> sets it.</summary>
    [Required]
    public string Root { get; set; } = "";

    /// <summary>Folders below which storages may lie; none means the data folder alone.</summary>
    public IList<string> Roots { get; set; } = [];

    /// <summary>Largest upload, in bytes: 1 byte to 1 TiB.</summary>
    [Range(1, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 16L << 30;

    /// <summary>Contents up to this size are served from memory; larger ones stream. Bytes, 0 to 16 MiB.</summary>
    [Range(0, 16 << 20)]
    public int MaxCachedContentBytes { get; set; } = 1 << 20;

    /// <summary>The content cache's bound in bytes: 1 MiB to 64 GiB.</summary>
    [Range(1 << 20, 64L << 30)]
    public long ContentCacheBytes { get; set; } = 64 << 20;

    /// <summary>The bound of cached rows and lists in bytes: 1 MiB to 64 GiB.</summary>
    [Range(1 << 20, 64L << 30)]
    public long QueryCacheBytes { get; set; } = 32 << 20;

    /// <summary>The bound of cached search results in bytes: 1 MiB to 64 GiB.</summary>
    [Range(1 << 20, 64L << 30)]
    public long SearchCacheBytes { get; set; } = 32 << 20;

    /// <summary>
    /// After what time a row, a list or a search result is read again though no write has removed it: 1 second to 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MetadataExpiration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The conversion cache's bound in bytes: 1 MiB to 64 GiB.</summary>
    [Range(1 << 20, 64L << 30)]
    public long ConversionCacheBytes { get; set; } = 32 << 20;

    /// <summary>Bandwidth of all syncs together, in bytes a second: 0 for none, up to 2^31 - 1.</summary>
    [Range(0, int.MaxValue)]
    public int SyncBytesPerSecond { get; set; }

    /// <summary>Bound of the br and gzip forms that are kept on the disk, in bytes: 64 MiB to 1 TiB.</summary>
    [Range(64L << 20, 1L << 40)]
    public long CodingCacheBytes { get; set; } = 256L << 20;
}
