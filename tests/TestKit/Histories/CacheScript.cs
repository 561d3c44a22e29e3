using System.Globalization;

namespace PerfKit.TestKit.Histories;

/// <summary>The steps of a history: those that run against each other, and those of its end, one after the other.</summary>
internal sealed class CacheScript(int seed, IReadOnlyList<CacheStep> steps, int together)
{
    public int Seed => seed;

    public IReadOnlyList<CacheStep> Steps => steps;

    /// <summary>All steps, by place.</summary>
    public IReadOnlyList<int> All { get; } = [.. Enumerable.Range(0, steps.Count)];

    public static CacheScript Draw(int seed, int nodes, int keys, int count, bool hasCuts)
    {
        var random = new Random(seed);
        List<CacheStep> steps = [];
        var isCut = new bool[nodes];
        while (steps.Count < count)
        {
            var node = random.Next(nodes);
            var key = random.Next(keys);
            var kind = random.Next(16) switch
            {
                < 3 => key % 2 == 0 ? CacheOperationKind.Set : CacheOperationKind.Remove,
                < 5 => CacheOperationKind.Remove,
                < 7 => CacheOperationKind.RemoveByTag,
                7 or 8 when nodes > 1 && !isCut[node] => CacheOperationKind.Hear,
                9 when hasCuts => isCut[node] ? CacheOperationKind.Connect : CacheOperationKind.Cut,
                _ => CacheOperationKind.Read,
            };
            isCut[node] = kind == CacheOperationKind.Cut || (isCut[node] && kind != CacheOperationKind.Connect);
            steps.Add(new CacheStep(kind, node, key));
        }

        for (var node = 0; node < nodes; node++)
        {
            steps.Add(new CacheStep(isCut[node] ? CacheOperationKind.Connect : CacheOperationKind.Hear, node, 0));
        }

        for (var node = 0; node < nodes; node++)
        {
            steps.Add(new CacheStep(CacheOperationKind.Hear, node, 0));
            steps.AddRange(Enumerable.Range(0, keys).Select(key => new CacheStep(CacheOperationKind.Read, node, key)));
        }

        return new CacheScript(seed, steps, count);
    }

    /// <summary>Whose turn it is, by place among some of the steps.</summary>
    /// <param name="part">Those steps.</param>
    /// <param name="order">0 for the seed's order of all, others for orders of these alone.</param>
    public IEnumerable<int> TurnsOf(IReadOnlyList<int> part, int order)
    {
        var places = part.Index().ToDictionary(static it => it.Item, static it => it.Index);
        var running = part.Count(step => step < together);
        var random = new Random(unchecked((seed * 397) + order + 1)); // Not the numbers that the steps are drawn from.
        var turns =
            order == 0
                ? SeededSchedule.Turns(random, together).Where(places.ContainsKey).Select(step => places[step])
                : SeededSchedule.Turns(random, running);
        var end = Enumerable.Range(running, part.Count - running);
        return
        [
            .. turns,
            SeededSchedule.Everybody,
            .. end.SelectMany(static it => new[] { it, SeededSchedule.Everybody }),
        ];
    }
}

/// <summary>One step of a history.</summary>
internal sealed record CacheStep(CacheOperationKind Kind, int Node, int Number)
{
    /// <summary>The key.</summary>
    public string Key { get; } = string.Create(CultureInfo.InvariantCulture, $"key{Number}");
}
