namespace PerfKit.Query.Internal;

/// <summary>Which runs a scope passes on to the scopes around it.</summary>
internal enum ScopeKind
{
    /// <summary>All of them.</summary>
    Work,

    /// <summary>
    /// A trip of a loader that can hold no more: that its statement runs again for the next keys is no fault, that it runs
    /// twice in one trip is. All but the first of each statement.
    /// </summary>
    FullBatch,

    /// <summary>One SaveChanges of EF Core, which sends rows as its engine lets it. The first of each statement.</summary>
    Save,
}
