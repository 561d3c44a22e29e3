namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>How strongly the RFC says it; a definition binds as it is.</summary>
public enum Level
{
    Must,
    MustNot,
    Should,
    ShouldNot,
    Defines,
}

/// <summary>A sentence of an RFC that an origin server can keep or break, and how that shows on the wire.</summary>
/// <param name="Section">RFC and section.</param>
/// <param name="Level">How strongly it is said.</param>
/// <param name="Says">The sentence in short.</param>
/// <param name="Requests">
/// Request line and fields, sent one after another, each on a connection of its own. <c>{etag}</c>, <c>{opaque}</c> and
/// <c>{date}</c> are what the long content says of itself, <c>{earlier}</c> and <c>{later}</c> lie a second beside the
/// date,
/// <c>{previous}</c> is the Last-Modified field of the answer before.
/// </param>
/// <param name="Fault">What is wrong with the answers; null when the rule is kept.</param>
public sealed record HttpRule(
    string Section,
    Level Level,
    string Says,
    string[] Requests,
    Func<RuleAnswer[], string?> Fault
)
{
    public string Name => $"{Section} {Level.ToString().ToUpperInvariant()} {Says}";

    public override string ToString() => Name;

    /// <summary>Sends the requests and judges the answers.</summary>
    public async Task<string?> FaultAsync(RuleFacts facts, CancellationToken cancellationToken = default)
    {
        var answers = new List<RuleAnswer>();
        foreach (var request in Requests)
        {
            var text = facts.Fill(request, answers.LastOrDefault());
            answers.Add(await RuleAnswer.GetAsync(facts.Server, text, cancellationToken));
        }

        return Fault([.. answers]);
    }
}
