namespace PerfKit.Query;

/// <summary>One page of a list.</summary>
public sealed class KeysetPage<T>
{
    private readonly Func<string>? _previous;

    /// <summary>Creates a page, for example of what the rows of another one became.</summary>
    public KeysetPage(IReadOnlyList<T> items, string? next, string? previous = null)
        : this(items, next, previous is null ? null : () => previous) { }

    internal KeysetPage(IReadOnlyList<T> items, string? next, Func<string>? previous)
    {
        Items = items;
        Next = next;
        _previous = previous;
    }

    /// <summary>The rows in the list's order, at most as many as the limit asked for.</summary>
    public IReadOnlyList<T> Items { get; }

    /// <summary>The cursor of the next page, or null at the end of the list.</summary>
    public string? Next { get; }

    /// <summary>The cursor of the page before, or null at the beginning of the list. Made when it is asked for.</summary>
    public string? Previous => _previous?.Invoke();
}
