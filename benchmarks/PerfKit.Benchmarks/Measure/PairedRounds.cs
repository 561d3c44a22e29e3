namespace PerfKit.Benchmarks.Measure;

/// <summary>
/// Compares two ways in one warm process: short rounds, the sides swapped every round, and the peer run twice a round as
/// its own control. Ratios are taken within a round, where the machine was the same, and the median of them counts.
/// </summary>
public sealed class PairedRounds
{
    private const int MaxOperations = 1 << 28;

    /// <summary>Rounds that count.</summary>
    public int Rounds { get; init; } = 15;

    /// <summary>How long one side of a round runs at least, so that the clock's grain does not matter.</summary>
    public TimeSpan SideLength { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Measures synchronous work; each side does the number of operations it is given.</summary>
    public Task<PairedResult> RunAsync(Action<int> subject, Action<int> peer, CancellationToken cancellationToken) =>
        RunAsync(Lift(subject), Lift(peer), cancellationToken);

    /// <summary>Measures asynchronous work; each side does the number of operations it is given.</summary>
    public async Task<PairedResult> RunAsync(
        Func<int, Task> subject,
        Func<int, Task> peer,
        CancellationToken cancellationToken
    )
    {
        var subjectCount = await CalibrateAsync(subject, cancellationToken);
        var peerCount = await CalibrateAsync(peer, cancellationToken);
        var rounds = new List<PairedRound>(Rounds);
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rounds.Add(
                round % 2 == 0
                    ? await SubjectFirstAsync(subject, subjectCount, peer, peerCount)
                    : await PeerFirstAsync(subject, subjectCount, peer, peerCount)
            );
        }

        return new PairedResult(rounds, subjectCount, peerCount);
    }

    private static async Task<PairedRound> SubjectFirstAsync(
        Func<int, Task> subject,
        int m,
        Func<int, Task> peer,
        int n
    )
    {
        var ours = await Cost.OfAsync(m, subject);
        var theirs = await Cost.OfAsync(n, peer);
        return new PairedRound(ours, theirs, await Cost.OfAsync(n, peer));
    }

    private static async Task<PairedRound> PeerFirstAsync(Func<int, Task> subject, int m, Func<int, Task> peer, int n)
    {
        var control = await Cost.OfAsync(n, peer);
        var theirs = await Cost.OfAsync(n, peer);
        return new PairedRound(await Cost.OfAsync(m, subject), theirs, control);
    }

    /// <summary>Doubles the operations until a side is long enough, which warms it too.</summary>
    private async Task<int> CalibrateAsync(Func<int, Task> side, CancellationToken cancellationToken)
    {
        for (var operations = 1; ; operations *= 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cost = await Cost.OfAsync(operations, side);
            if (cost.Wall >= SideLength || operations == MaxOperations)
            {
                return operations;
            }
        }
    }

    private static Func<int, Task> Lift(Action<int> run) =>
        operations =>
        {
            run(operations);
            return Task.CompletedTask;
        };
}
