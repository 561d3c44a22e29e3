namespace PerfKit.Query;

/// <summary>What a plan does with one index.</summary>
/// <param name="Plan">The plan as the engine tells it.</param>
/// <param name="Columns">The columns that the index is ordered by; null where there is no such index, empty where it has no order.</param>
/// <param name="Conditions">The conditions that the index is searched by; null where the plan does not read it.</param>
/// <param name="Filter">Text of the conditions that are looked at after a row was read, or null.</param>
/// <param name="Sorts">Whether rows are sorted after they were read.</param>
public sealed record IndexUse(
    string Plan,
    IReadOnlyList<string>? Columns,
    IReadOnlyList<string>? Conditions,
    string? Filter,
    bool Sorts
);
