using System.Data.Common;
using PerfKit.Query;

namespace FileService.Commands.Compare;

/// <summary>
/// Draws search terms by how many files match them, the beginning of longer tokens included: rare (at most 1 % of the
/// files, at least one file), medium (at most 10 %), common (more). Rare ones come evenly from three bands, since a plain
/// draw from a corpus is mostly tokens of a single file.
/// </summary>
internal sealed class TermDraw(DbConnection connection, long files)
{
    private const int Candidates = 600;
    private const int MinLength = 3;
    private const int MaxLength = 64;

    private readonly long _rare = Math.Max(1, files / 100);
    private readonly long _medium = Math.Max(1, files / 10);

    /// <summary>As many of each as there are, at most so many.</summary>
    public async Task<(List<SearchQuery> Rare, List<SearchQuery> Medium, List<SearchQuery> Common)> DrawAsync(
        int rare,
        int beside
    )
    {
        (long Least, long Most)[] bands =
        [
            (1, 1),
            (2, Math.Max(2, _rare / 10)),
            (Math.Max(2, _rare / 10) + 1, _rare),
            (_rare + 1, _medium),
            (_medium + 1, files),
        ];
        var drawn = bands.Select((_, i) => new Reservoir<string>(Candidates, CompareContext.Seed + i)).ToArray();
        await foreach (var (term, count) in connection.EachTermAsync())
        {
            var band = Array.FindIndex(bands, b => count >= b.Least && count <= b.Most);
            if (band >= 0 && term.Length is >= MinLength and <= MaxLength)
            {
                drawn[band].Offer(term);
            }
        }

        return (
            await TakeAsync([.. drawn.Take(3)], rare, 1, _rare),
            await TakeAsync([drawn[2], drawn[3]], beside, _rare + 1, _medium),
            await TakeAsync([drawn[3], drawn[4]], beside, _medium + 1, files)
        );
    }

    private async Task<List<SearchQuery>> TakeAsync(Reservoir<string>[] bands, int wanted, long least, long most)
    {
        var queues = bands.Select(static band => new Queue<string>(band.Draw())).ToArray();
        var taken = new List<SearchQuery>();
        for (var turn = 0; taken.Count < wanted && queues.Any(static queue => queue.Count > 0); turn++)
        {
            if (
                queues[turn % queues.Length].TryDequeue(out var term)
                && SearchQuery.TryParse(term, out var query, out _)
                && await connection.CountMatchesAsync(query) is var matches
                && matches >= least
                && matches <= most
            )
            {
                taken.Add(query);
            }
        }

        return taken;
    }
}
