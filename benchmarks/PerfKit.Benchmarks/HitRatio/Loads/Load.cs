namespace PerfKit.Benchmarks.HitRatio.Loads;

/// <summary>
/// One load: who asks for what, in which order. Generators are seeded and were fixed before any policy was tuned, each
/// standing for a kind of load; do not move one to please a policy.
/// </summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="Kind">The kind of load it stands for.</param>
/// <param name="Capacities">The cache sizes to try, in entries.</param>
/// <param name="Generate">Gives the ids in the order they are asked for.</param>
internal sealed record Load(string Name, string Kind, int[] Capacities, Func<IEnumerable<int>> Generate);
