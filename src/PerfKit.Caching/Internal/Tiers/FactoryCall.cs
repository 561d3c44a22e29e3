namespace PerfKit.Caching.Internal;

/// <summary>One caller's factory, of either form, with what it needs.</summary>
internal readonly struct FactoryCall<TState, T>(
    TState state,
    Func<TState, CancellationToken, ValueTask<T>>? plain,
    Func<TState, CacheFactoryContext, CancellationToken, ValueTask<T>>? rich,
    EntryPolicy policy,
    IEnumerable<string>? tags
)
{
    public EntryPolicy Policy { get; } = policy;

    public IEnumerable<string>? Tags { get; } = tags;

    /// <summary>Null for a caller that only looks.</summary>
    public bool HasFactory => plain is not null || rich is not null;

    public ValueTask<T> MakeAsync(CacheFactoryContext context, CancellationToken cancellationToken) =>
        plain is not null ? plain(state, cancellationToken) : rich!(state, context, cancellationToken);
}
