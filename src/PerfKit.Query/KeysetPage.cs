namespace PerfKit.Query;

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, at most as many as the limit asked for.</param>
/// <param name="Next">The cursor of the next page, or null on the last one.</param>
public sealed record KeysetPage<T>(IReadOnlyList<T> Items, string? Next);
