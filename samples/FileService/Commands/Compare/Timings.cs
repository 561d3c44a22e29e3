namespace FileService.Commands.Compare;

/// <summary>The samples of one case: three lists of times and whether all answers agreed.</summary>
internal sealed class Timings
{
    private readonly List<double> _before = [];
    private readonly List<double> _afterCold = [];
    private readonly List<double> _after = [];

    public bool Equal { get; private set; } = true;

    public int Samples => _before.Count;

    /// <summary>Adds one sample of each, in milliseconds.</summary>
    public void Add(double beforeMs, double afterColdMs, double afterMs)
    {
        _before.Add(beforeMs);
        _afterCold.Add(afterColdMs);
        _after.Add(afterMs);
    }

    public void Agree(bool equal) => Equal &= equal;

    public CompareRow ToRow(string operation)
    {
        var (before, cold, after) = (Of(_before), Of(_afterCold), Of(_after));
        return new CompareRow(operation, before, cold, after, Ratio(before, after), Equal, Samples);
    }

    public CompareDetail ToDetail(string operation, string name)
    {
        var (before, cold, after) = (Of(_before), Of(_afterCold), Of(_after));
        return new CompareDetail(operation, name, before, cold, after, Ratio(before, after), Equal, Samples);
    }

    private static double Ratio(Percentiles before, Percentiles after) =>
        after.P50Ms > 0 ? Math.Round(before.P50Ms / after.P50Ms, 1) : 0;

    private static Percentiles Of(List<double> times)
    {
        if (times.Count == 0)
        {
            return new Percentiles(0, 0);
        }

        var sorted = times.Order().ToArray();
        return new Percentiles(Rank(sorted, 0.5), Rank(sorted, 0.99));
    }

    private static double Rank(double[] sorted, double share) =>
        Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 4);
}
