namespace FileService.Files.Conversions;

/// <summary>Turns content of some types into one target form. Stateless, so one instance serves all requests.</summary>
internal interface IConversion
{
    /// <summary>The name callers ask for: <c>?as=html</c>.</summary>
    string Target { get; }

    /// <summary>The content type of the result.</summary>
    string ContentType { get; }

    /// <summary>Whether content of this type (parameters such as charset are ignored) can be converted.</summary>
    bool Accepts(string contentType);

    /// <summary>Reads the source once and writes the result; neither stream is closed.</summary>
    /// <exception cref="ConversionException">The content is broken, not UTF-8, or above the conversion's bound.</exception>
    ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken);
}
