using PerfKit.Query;

namespace FileService.Files;

/// <summary>Keyset queries whose faults are answered as problems.</summary>
internal static class KeysetPages
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 1_000;

    public static KeysetQuery Create(
        KeysetOrder order,
        IKeysetCursors cursors,
        string scope,
        string? after,
        int limit
    ) =>
        KeysetQuery.TryCreate(order, cursors, scope, after, limit, out var query, out var error)
            ? query
            : throw ProblemException.BadRequest("invalid-cursor", error, "after");

    public static KeysetOrder ParseSort(this KeysetFields fields, string? sort) =>
        fields.TryParse(sort, out var order, out var error)
            ? order
            : throw ProblemException.BadRequest("invalid-sort", error, "sort");

    /// <summary>A page size from the query string: 1 to 1,000, default 50.</summary>
    public static int ParseLimit(string? limit)
    {
        if (string.IsNullOrEmpty(limit))
        {
            return DefaultLimit;
        }

        return int.TryParse(limit, out var parsed) && parsed is >= 1 and <= MaxLimit
            ? parsed
            : throw ProblemException.BadRequest(
                "invalid-limit",
                $"The limit '{ProblemException.Shorten(limit)}' is not a whole number from 1 to {MaxLimit}.",
                "limit"
            );
    }
}
