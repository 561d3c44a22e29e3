namespace PerfKit.Query;

/// <summary>A place in a list: what a cursor says.</summary>
/// <param name="Values">The sort values of the row at this place, by column; null only where the column allows it.</param>
/// <param name="Backward">Whether the page lies before the row instead of behind it.</param>
/// <param name="Shared">
/// How many leading columns had one and the same value on the whole page that this row ended. Many rows may have it then,
/// and the next page seeks by equality instead of reading through them. A hint: it changes the cost, never the rows.
/// </param>
public sealed record KeysetPosition(IReadOnlyList<object?> Values, bool Backward = false, int Shared = 0);
