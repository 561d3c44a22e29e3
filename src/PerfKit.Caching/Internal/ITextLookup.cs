using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Caching.Internal;

/// <summary>Finds the value of a string key by its characters.</summary>
internal interface ITextLookup<TValue>
{
    bool TryGet(ReadOnlySpan<char> key, [MaybeNullWhen(false)] out TValue value);
}
