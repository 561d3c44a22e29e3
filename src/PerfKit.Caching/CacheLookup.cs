namespace PerfKit.Caching;

/// <summary>What a cache knows about a key without asking a factory.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="HasValue">Whether there is a fresh value.</param>
/// <param name="IsKnownAbsent">Whether a factory said that there is none, and that is still fresh.</param>
/// <param name="Value">The value, or the default.</param>
public readonly record struct CacheLookup<T>(bool HasValue, bool IsKnownAbsent, T? Value);
