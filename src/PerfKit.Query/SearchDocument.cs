namespace PerfKit.Query;

/// <summary>A document as it is indexed.</summary>
/// <typeparam name="TKey">string, long, int or Guid.</typeparam>
/// <param name="Key">The document's key, unique in the index.</param>
/// <param name="Scope">What searches are narrowed to, such as a tenant or a folder: a value of the source's <c>scope</c>; null for none.</param>
/// <param name="Title">Title, name or path: its words weigh more.</param>
/// <param name="Text">The text; null or empty where there is none.</param>
public sealed record SearchDocument<TKey>(TKey Key, object? Scope, string Title, string? Text)
    where TKey : notnull;
