namespace PerfKit.Benchmarks.Measure;

/// <summary>
/// Figures of two sides that take turns, such as CPU per GB of two servers: the sides swapped every round, the peer twice
/// a round as its own control. Ratios are taken within a round; the median of them counts.
/// </summary>
internal sealed class PairedFigures
{
    private readonly List<(double Subject, double Peer, double Control)> _rounds = [];

    /// <summary>Subject over peer, median over rounds.</summary>
    public double Ratio => Median(_rounds.Select(static r => r.Subject / r.Peer));

    /// <summary>The peer over itself, median over rounds: how far from 1 the machine alone can move a ratio.</summary>
    public double Control => Median(_rounds.Select(static r => r.Control / r.Peer));

    public double Subject => Median(_rounds.Select(static r => r.Subject));

    public double Peer => Median(_rounds.Select(static r => r.Peer));

    /// <summary>Runs both sides in turn, after warm-up rounds that do not count.</summary>
    public static async Task<PairedFigures> MeasureAsync(
        int warmRounds,
        int rounds,
        Func<Task<double>> subject,
        Func<Task<double>> peer,
        CancellationToken cancellationToken
    )
    {
        var figures = new PairedFigures();
        for (var round = -warmRounds; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = round % 2 == 0 ? await subject() : await peer();
            var middle = await peer();
            var last = round % 2 == 0 ? await peer() : await subject();
            if (round >= 0)
            {
                figures._rounds.Add(round % 2 == 0 ? (first, middle, last) : (last, middle, first));
            }
        }

        return figures;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
