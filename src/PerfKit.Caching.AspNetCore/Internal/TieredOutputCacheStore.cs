using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Internal;

/// <summary>The output cache's responses in a tiered cache. The page of design beside it says what is promised.</summary>
internal sealed partial class TieredOutputCacheStore(
    TieredCache cache,
    TieredCacheOptions options,
    ILogger<TieredOutputCacheStore> logger
) : IOutputCacheBufferStore
{
    private const char Escape = '\0';

    private readonly long _maximumBytes = options.MaximumPayloadBytes;

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var looking = cache.TryGetAsync<byte[]>(key, cancellationToken);
        return looking.IsCompletedSuccessfully ? new ValueTask<byte[]?>(looking.Result.Value) : WaitAsync(looking);

        static async ValueTask<byte[]?> WaitAsync(ValueTask<CacheLookup<byte[]>> looking) =>
            (await looking.ConfigureAwait(false)).Value;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (await GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } response)
        {
            return false;
        }

        await destination.WriteAsync(response, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key,
        byte[] value,
        string[]? tags,
        TimeSpan validFor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        ReadOnlyMemory<string> tags,
        TimeSpan validFor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        if (value.Length > _maximumBytes)
        {
            LogTooLarge(key, value.Length, _maximumBytes);
            return cache.RemoveAsync(key, cancellationToken); // What is there is older.
        }

        // The bytes and the tags are the caller's again when the call ends, however it ends.
        return cache.SetAsync(
            key,
            value.ToArray(),
            new HybridCacheEntryOptions { Expiration = validFor },
            Escaped(tags.Span),
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return cache.RemoveByTagAsync(Escaped(tag), cancellationToken);
    }

    private static string[] Escaped(ReadOnlySpan<string> tags)
    {
        if (tags.IsEmpty)
        {
            return [];
        }

        var escaped = new string[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            escaped[i] = Escaped(
                tags[i]
                    ?? throw new ArgumentException("A tag is null; give tags that are texts, or none.", nameof(tags))
            );
        }

        return escaped;
    }

    /// <summary>Output caching allows any text as a tag: the empty one, and <c>*</c>, which is there no wildcard.</summary>
    private static string Escaped(string tag) => tag is "" or ['*' or Escape, ..] ? Escape + tag : tag;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The response of '{key}' is not kept: it has {bytes} bytes, more than {most} (MaximumPayloadBytes of TieredCacheOptions 'output')."
    )]
    private partial void LogTooLarge(string key, long bytes, long most);
}
