namespace PerfKit.Caching.Internal;

/// <summary>How a load treats what is there; the default takes whatever is there.</summary>
/// <param name="Unwanted">With <paramref name="HasUnwanted"/>: this very value is not an answer.</param>
/// <param name="HasUnwanted">Whether a value is there that the caller cannot use.</param>
/// <param name="IsForced">Nothing that is there is an answer.</param>
/// <param name="Mode">Only callers of one mode share a load.</param>
/// <param name="IsCounted">The caller has looked before, and its miss was counted.</param>
internal readonly record struct Reload<TValue>(
    TValue? Unwanted,
    bool HasUnwanted,
    bool IsForced,
    int Mode,
    bool IsCounted
)
{
    public bool IsContent(TValue value) =>
        !IsForced && (!HasUnwanted || !EqualityComparer<TValue>.Default.Equals(Unwanted, value));
}
