namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>Draws ranks from 0 to count - 1, rank r with a probability proportional to 1 / (r + 1)^skew.</summary>
internal sealed class Zipf
{
    private readonly double[] _cumulated;

    public Zipf(int count, double skew)
    {
        _cumulated = new double[count];
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
        {
            sum += Math.Pow(rank + 1, -skew);
            _cumulated[rank] = sum;
        }
    }

    public int Draw(Rng rng)
    {
        var found = Array.BinarySearch(_cumulated, rng.Unit() * _cumulated[^1]);
        return Math.Min(found < 0 ? ~found : found, _cumulated.Length - 1);
    }
}
