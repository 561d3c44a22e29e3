using FileService.Data;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace FileService.Files;

/// <summary>What a writer demands of the file as it is: <c>If-Match</c> and <c>If-None-Match: *</c>.</summary>
internal sealed record WriteCondition(IReadOnlyList<string>? Match, bool MustBeNew)
{
    public static readonly WriteCondition None = new(null, false);

    public bool IsNone => Match is null && !MustBeNew;

    public static WriteCondition From(RequestHeaders headers)
    {
        var match = headers.IfMatch.Count == 0 ? null : headers.IfMatch.Select(static tag => tag.ToString()).ToList();
        var mustBeNew = headers.IfNoneMatch.Any(static tag => tag.Equals(EntityTagHeaderValue.Any));
        return match is null && !mustBeNew ? None : new WriteCondition(match, mustBeNew);
    }

    /// <summary>Refuses with 412 unless the file, or its absence, is what the caller expects.</summary>
    /// <param name="current">The file as it is, or null.</param>
    /// <param name="tagOf">The strong tag that <c>If-Match</c> speaks of.</param>
    public void Check(FileRow? current, Func<FileRow, string> tagOf)
    {
        if (MustBeNew && current is not null)
        {
            throw ProblemException.PreconditionFailed(
                $"'{current.Path}' exists already, and If-None-Match: * wants it not to.",
                "If-None-Match"
            );
        }

        if (Match is null)
        {
            return;
        }

        if (current is null)
        {
            throw ProblemException.PreconditionFailed("The file does not exist, and If-Match wants it to.", "If-Match");
        }

        // A client that got the content coded holds the content's tag with an ending: "hash-br-...".
        var tag = tagOf(current);
        if (
            !Match.Any(held =>
                held == "*" || held == $"\"{tag}\"" || held.StartsWith($"\"{tag}-", StringComparison.Ordinal)
            )
        )
        {
            throw ProblemException.PreconditionFailed(
                $"If-Match names another version of '{current.Path}' than the current one, \"{tag}\".",
                "If-Match"
            );
        }
    }
}
