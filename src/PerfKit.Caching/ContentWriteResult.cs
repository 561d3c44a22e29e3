namespace PerfKit.Caching;

/// <summary>Where the bytes of a <see cref="IContentCache.WriteToAsync"/> came from.</summary>
public enum ContentOrigin
{
    /// <summary>The cache had them.</summary>
    Hit,

    /// <summary>A fill that this call started or joined; the cache has them now, if it had room.</summary>
    Fill,

    /// <summary>This call's own source; the cache refused to keep them. <c>Explain</c> says why.</summary>
    PassedThrough,
}

/// <summary>How a content was handed over.</summary>
/// <param name="Origin">Where its bytes came from.</param>
/// <param name="ReaderLeft">The pipe's reader completed before it had all bytes, so the rest was not written.</param>
public readonly record struct ContentWriteResult(ContentOrigin Origin, bool ReaderLeft);
