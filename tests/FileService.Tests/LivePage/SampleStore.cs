using FileService.LivePage;

namespace FileService.Tests.LivePage;

/// <summary>A store whose figures the test sets.</summary>
internal sealed class SampleStore : IStoreSummary, IPageSearch
{
    public StoreSummary Summary { get; set; } =
        new(
            3,
            20_142,
            1_234_567_890,
            1_100_200_300,
            [
                new RecentFile(Guid.CreateVersion7(), "docs/chain/01-caching.md", 18_204),
                new RecentFile(
                    Guid.CreateVersion7(),
                    "docs/a-very-long-folder-name/with-another-one/architecture-of-everything.md",
                    7_001
                ),
                new RecentFile(Guid.CreateVersion7(), "reports/<b>2024</b> & more.csv", 123),
                new RecentFile(Guid.CreateVersion7(), "images/logo.png", 48_112),
            ],
            [
                new JobLine("import", "running", 1_480, 20_000),
                new JobLine("sync", "succeeded", 200, 200),
                new JobLine("sync", "failed", 17, 200),
            ]
        );

    /// <summary>Thrown instead of answering.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Times it was asked.</summary>
    public int Calls { get; private set; }

    public bool IsOpen { get; set; } = true;

    public ValueTask<StoreSummary> GetAsync(CancellationToken ct)
    {
        Calls++;
        return Fault is null ? ValueTask.FromResult(Summary) : ValueTask.FromException<StoreSummary>(Fault);
    }

    public ValueTask<PageSearchAnswer> SearchAsync(string q, CancellationToken ct) =>
        ValueTask.FromResult(
            q switch
            {
                "nothing" => new PageSearchAnswer([]),
                "!!" => new PageSearchAnswer([], "q holds no letter and no digit to search for."),
                _ => new PageSearchAnswer([
                    new PageHit(
                        Guid.CreateVersion7(),
                        "docs/chain/01-caching.md",
                        "How one <mark>cache</mark> serves &lt;all&gt; …"
                    ),
                    new PageHit(
                        Guid.CreateVersion7(),
                        "docs/caching.md",
                        "A <mark>cache</mark> with a bound and a weigher …"
                    ),
                ]),
            }
        );
}
