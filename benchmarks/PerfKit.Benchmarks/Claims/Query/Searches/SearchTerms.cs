using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query.Searches;

/// <summary>The words of the corpus by how many chunks hold them.</summary>
internal static class SearchTerms
{
    private static readonly Lazy<List<(string Word, int Chunks)>> Counted = new(Count);

    /// <summary>Most common first.</summary>
    public static IReadOnlyList<(string Word, int Chunks)> ByCommonness => Counted.Value;

    /// <summary>Words of at least three letters that so many chunks hold, evenly from all of them.</summary>
    public static IEnumerable<string> Between(int least, int most, int count)
    {
        var band = ByCommonness
            .Where(t => t.Word.Length >= 3 && t.Chunks >= least && t.Chunks <= most)
            .Select(static t => t.Word)
            .Order(StringComparer.Ordinal)
            .ToList();
        return Enumerable.Range(0, count).Select(i => band[(int)((long)i * band.Count / count)]);
    }

    private static List<(string Word, int Chunks)> Count()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        Span<char> folded = stackalloc char[SearchTokenizer.MaxTokenBytes];
        foreach (var (_, text) in SearchCorpus.All)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (start, length) in SearchTokenizer.Enumerate(text))
            {
                var word = folded[..SearchTokenizer.Fold(text.AsSpan(start, length), folded)].ToString();
                if (seen.Add(word))
                {
                    counts[word] = counts.GetValueOrDefault(word) + 1;
                }
            }
        }

        return
        [
            .. counts
                .Select(static c => (c.Key, c.Value))
                .OrderByDescending(static c => c.Value)
                .ThenBy(static c => c.Key, StringComparer.Ordinal),
        ];
    }
}
