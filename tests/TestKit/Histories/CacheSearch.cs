namespace PerfKit.TestKit.Histories;

/// <summary>
/// Looks for an interleaving in which a cache gives a stale value. A seed decides the steps and whose turn it is; in the end
/// all nodes are connected, hear everything and read every key. A history that is found is played again with ever fewer
/// steps, in its own order and in others, so that what is named is the least that goes wrong.
/// </summary>
public sealed class CacheSearch
{
    // In so many orders steps are tried before they are taken to be right.
    private const int FewSteps = 6;
    private const int OrdersOfFew = 200;
    private const int OrdersOfMany = 10;

    /// <summary>How many nodes, from 1.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>
    /// How many keys, from 1. Every second one is only ever removed, by writes that overlap; the others are set as well, by
    /// one write at a time, because which of two overlapping sets lasts is nobody's promise.
    /// </summary>
    public int Keys { get; init; } = 2;

    /// <summary>How many steps a history has before its end.</summary>
    public int Steps { get; init; } = 24;

    /// <summary>Whether connections of nodes are cut.</summary>
    public bool HasCuts { get; init; }

    /// <summary>
    /// How long a turn is waited for: zero where all continues within it, <see cref="SeededSchedule.UntilIdle"/> where the
    /// pool goes on, milliseconds where there is I/O.
    /// </summary>
    public TimeSpan Settle { get; init; }

    /// <summary>How long nothing may go on before that is an error.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Plays one history after the other until one is wrong.</summary>
    /// <param name="firstSeed">The seed of the first; the next has the next.</param>
    /// <param name="count">How many.</param>
    /// <param name="start">Makes the nodes; called with the seed, again for each attempt to leave out steps.</param>
    /// <param name="cancellationToken">Ends it between two.</param>
    /// <returns>The first violation, or null.</returns>
    public async Task<CacheViolation?> RunAsync(
        int firstSeed,
        int count,
        Func<int, ValueTask<ICacheNodes>> start,
        CancellationToken cancellationToken = default
    )
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await PlayAsync(seed, start) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    /// <summary>Plays the history of one seed.</summary>
    /// <param name="seed">Decides steps and turns.</param>
    /// <param name="start">As above.</param>
    /// <returns>
    /// Null when it is right, else the least that is not: all operations of the shortest history that goes wrong when it is
    /// played alone, or those of this one's record that show it where it does not go wrong twice.
    /// </returns>
    public async Task<CacheViolation?> PlayAsync(int seed, Func<int, ValueTask<ICacheNodes>> start)
    {
        var script = Draw(seed);
        var (_, first) = await PlayAsync(script, script.All, 0, _ => start(seed));
        if (first is null)
        {
            return null;
        }

        var least = first;
        await Shortest.OfAsync(script.All, IsWrongAsync);
        return least;

        async Task<bool> IsWrongAsync(List<int> part)
        {
            var orders = part.Count <= FewSteps ? OrdersOfFew : OrdersOfMany;
            for (var order = 0; order < orders; order++)
            {
                var (history, again) = await PlayAsync(script, part, order, _ => start(seed));
                if (again?.Fault == first.Fault)
                {
                    least = again with { Operations = [.. history.Operations.OrderBy(static it => it.BeganAt)] };
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Plays the history of one seed once and judges its record: for nodes that nobody can play a second time, because
    /// others share them and their faults.
    /// </summary>
    /// <param name="seed">Decides steps and turns.</param>
    /// <param name="start">Makes the nodes; what befalls them beside the steps they note in the history.</param>
    /// <returns>Null when it is right, else the least of the record that shows it.</returns>
    public async Task<CacheViolation?> PlayOnceAsync(int seed, Func<CacheHistory, ValueTask<ICacheNodes>> start)
    {
        var script = Draw(seed);
        return (await PlayAsync(script, script.All, 0, start)).Violation;
    }

    /// <summary>Lets threads race through the steps of one seed, each through its share, with no schedule.</summary>
    /// <param name="seed">Decides the steps.</param>
    /// <param name="threads">How many threads of the pool, from 1.</param>
    /// <param name="start">As above.</param>
    /// <returns>As above.</returns>
    public async Task<CacheViolation?> RaceAsync(
        int seed,
        int threads,
        Func<CacheHistory, ValueTask<ICacheNodes>> start
    )
    {
        var script = Draw(seed);
        var history = new CacheHistory(seed);
        await using var nodes = await start(history);
        var player = new CachePlayer(nodes, history);
        await Task.WhenAll(
            Enumerable.Range(0, threads).Select(first => Task.Run(() => RunAsync(first, Steps, threads)))
        );
        await RunAsync(Steps, script.Steps.Count, 1);
        return history.Check();

        async Task RunAsync(int first, int end, int stride)
        {
            for (var step = first; step < end; step += stride)
            {
                await player.PlayAsync(script.Steps[step]);
            }
        }
    }

    private CacheScript Draw(int seed) => CacheScript.Draw(seed, Nodes, Keys, Steps, HasCuts);

    private async Task<(CacheHistory History, CacheViolation? Violation)> PlayAsync(
        CacheScript script,
        IReadOnlyList<int> part,
        int order,
        Func<CacheHistory, ValueTask<ICacheNodes>> start
    )
    {
        var history = new CacheHistory(script.Seed);
        await using var nodes = await start(history);
        var player = new CachePlayer(nodes, history);
        var operations = part.Select(step => (Func<Task>)(() => player.PlayAsync(script.Steps[step]))).ToList();
        await SeededSchedule.RunAsync(operations, script.TurnsOf(part, order), Settle, Within);
        return (history, history.Check());
    }
}
