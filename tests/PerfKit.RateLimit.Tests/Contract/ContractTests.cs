using PerfKit.RateLimit.Tests.Contract.Rows;

namespace PerfKit.RateLimit.Tests.Contract;

/// <summary>Every row of the framework's contract, on each of our limiters and on the framework's own.</summary>
public sealed class ContractTests
{
    public static TheoryData<string, string> Ours { get; } = Pairs(Kind.Ours);

    public static TheoryData<string, string> Theirs { get; } = Pairs(Kind.Theirs);

    [Theory]
    [MemberData(nameof(Ours))]
    public async Task Our_limiter_keeps(string kind, string says) =>
        (await Find(says).FaultAsync(Kind.Ours.Single(it => it.Name == kind))).Should().BeNull();

    [Theory]
    [MemberData(nameof(Theirs))]
    public async Task Their_limiter_keeps_and_where_not_the_row_says_so(string kind, string says)
    {
        var row = Find(says);
        var theirs = Kind.Theirs.Single(it => it.Name == kind);

        var fault = await row.FaultAsync(theirs) is null ? null : await row.FaultAsync(theirs); // Their clock is real.

        (fault is not null)
            .Should()
            .Be(row.TheirFaults?.StartsWith($"{kind}:", StringComparison.Ordinal) ?? false, fault ?? "it keeps it");
    }

    [Fact]
    public void The_rows_have_sentences_of_their_own() =>
        ContractRows.All.Select(static row => row.Says).Should().OnlyHaveUniqueItems();

    private static Row Find(string says) => ContractRows.All.Single(row => row.Says == says);

    private static TheoryData<string, string> Pairs(IEnumerable<Kind> kinds)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var kind in kinds)
        {
            foreach (var row in ContractRows.All.Where(row => row.SpeaksOf(kind)))
            {
                pairs.Add(kind.Name, row.Says);
            }
        }

        return pairs;
    }
}
