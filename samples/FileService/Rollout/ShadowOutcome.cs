using FileService.Files;

namespace FileService.Rollout;

/// <summary>What a comparison found.</summary>
internal sealed record ShadowOutcome(string Name, string Reason, Exception? Error)
{
    public const string Match = "match";
    public const string Mismatch = "mismatch";
    public const string Failed = "failed";

    public static ShadowOutcome Of(bool equal) =>
        equal ? new(Match, "", null) : new(Mismatch, "the answers differ", null);

    /// <summary>Both sides refusing the same way is an answer; both failing otherwise tells nothing of either.</summary>
    public static ShadowOutcome OfErrors(Exception before, Exception after) =>
        (before, after) switch
        {
            (ProblemException a, ProblemException b) when (a.Status, a.Name) == (b.Status, b.Name) => Of(true),
            (ProblemException, _) or (_, ProblemException) => new(Mismatch, "the sides fail differently", after),
            _ when before.GetType() == after.GetType() => new(Failed, "both sides failed", after),
            _ => new(Mismatch, "the sides fail differently", after),
        };
}

/// <summary>A side's answer or its error; the end of patience is neither.</summary>
internal readonly record struct ShadowAnswer<T>(T? Value, Exception? Error)
{
    public static async Task<ShadowAnswer<T>> OfAsync(Func<CancellationToken, Task<T>> side, CancellationToken ct)
    {
        try
        {
            return new ShadowAnswer<T>(await side(ct), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new ShadowAnswer<T>(default, e);
        }
    }
}
