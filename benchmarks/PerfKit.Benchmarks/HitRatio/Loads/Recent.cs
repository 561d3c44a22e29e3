namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>Loads in which age decides: what was used or born lately is wanted.</summary>
internal static class Recent
{
    /// <summary>A share of fresh objects; the others are drawn by how many others were used since.</summary>
    public static IEnumerable<int> StackDistances(ulong seed, int accesses, double median, double sigma, double fresh)
    {
        var (rng, stack, next) = (new Rng(seed), new LruStack(accesses), 0);
        for (var i = 0; i < accesses; i++)
        {
            var depth = rng.LogNormal(median, sigma);
            if (rng.Unit() < fresh || depth >= stack.Count)
            {
                stack.Push(next);
                yield return next++;
            }
            else
            {
                yield return stack.Touch((int)depth);
            }
        }
    }

    /// <summary>Two to five reads of each object, log-normal gaps between them around the given number of accesses.</summary>
    public static IEnumerable<int> Bursts(ulong seed, int accesses, double gap)
    {
        const double readsPerObject = 3.5;
        var rng = new Rng(seed);
        return InTime(accesses, readsPerObject, Reads);

        IEnumerable<double> Reads(double birth)
        {
            var time = birth;
            var reads = 2 + rng.Below(4);
            for (var read = 0; read < reads; read++)
            {
                yield return time;
                time += rng.LogNormal(gap, 1);
            }
        }
    }

    /// <summary>Reads an object are Pareto, and fall off with age by a power law: half of them early, a long tail.</summary>
    public static IEnumerable<int> Births(ulong seed, int accesses)
    {
        const double readsPerObject = 5;
        const double youth = 8_000;
        var rng = new Rng(seed);
        return InTime(accesses, readsPerObject, Reads);

        IEnumerable<double> Reads(double birth)
        {
            var reads = (int)Math.Min(rng.Pareto(1.2), 5_000);
            for (var read = 0; read < reads; read++)
            {
                yield return birth + (read == 0 ? 0 : youth * (rng.Pareto(0.9) - 1));
            }
        }
    }

    /// <summary>Objects are born at an even rate, each with its times of reads; gives them all in the order of time.</summary>
    private static IEnumerable<int> InTime(int accesses, double readsPerObject, Func<double, IEnumerable<double>> reads)
    {
        var objects = (int)(accesses / readsPerObject * 1.3);
        return Enumerable
            .Range(0, objects)
            .SelectMany(id => reads(id * readsPerObject).Select(time => (Time: time, Id: id)))
            .OrderBy(read => read.Time)
            .Take(accesses)
            .Select(read => read.Id);
    }
}
