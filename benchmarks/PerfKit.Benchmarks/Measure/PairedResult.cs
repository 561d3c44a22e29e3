using System.Globalization;

namespace PerfKit.Benchmarks.Measure;

/// <summary>One round: the subject, the peer, and the peer again as control.</summary>
public readonly record struct PairedRound(Cost Subject, Cost Peer, Cost Control);

/// <summary>What paired rounds say. Times are for one operation; a ratio above 1 means the subject costs more.</summary>
public sealed class PairedResult(IReadOnlyList<PairedRound> rounds, int subjectOperations, int peerOperations)
{
    private readonly double _perOperation = (double)peerOperations / subjectOperations;

    /// <summary>Wall time of the subject by that of the peer, median over rounds.</summary>
    public double WallRatio => Median(rounds.Select(r => r.Subject.Wall / r.Peer.Wall * _perOperation));

    /// <summary>CPU time of the subject by that of the peer, median over rounds.</summary>
    public double CpuRatio => Median(rounds.Select(r => r.Subject.Cpu / r.Peer.Cpu * _perOperation));

    /// <summary>The peer against itself, median over rounds: how far from 1 the machine alone can move a ratio.</summary>
    public double ControlRatio => Median(rounds.Select(r => r.Control.Wall / r.Peer.Wall));

    /// <summary>Nanoseconds of one operation of the subject, median over rounds.</summary>
    public double SubjectNanoseconds => Median(rounds.Select(r => r.Subject.Wall.TotalNanoseconds / subjectOperations));

    /// <summary>Nanoseconds of one operation of the peer, median over rounds.</summary>
    public double PeerNanoseconds => Median(rounds.Select(r => r.Peer.Wall.TotalNanoseconds / peerOperations));

    /// <summary>Bytes one operation of the subject allocates, at best of all rounds.</summary>
    public double SubjectBytes => rounds.Min(r => r.Subject.AllocatedBytes) / (double)subjectOperations;

    /// <summary>Bytes of the subject by those of the peer, median over rounds: in a round answers come early or late alike.</summary>
    public double BytesRatio =>
        Median(rounds.Select(r => (double)r.Subject.AllocatedBytes / r.Peer.AllocatedBytes * _perOperation));

    /// <summary>Bytes one operation of the peer allocates, median over rounds.</summary>
    public double PeerBytes => Median(rounds.Select(r => r.Peer.AllocatedBytes / (double)peerOperations));

    /// <summary>The figures beside the ratio, for a gate's line.</summary>
    public string Note =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{SubjectNanoseconds:0.#} ns against {PeerNanoseconds:0.#} ns, CPU {CpuRatio:0.##} x, control {ControlRatio:0.##}"
        );

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
