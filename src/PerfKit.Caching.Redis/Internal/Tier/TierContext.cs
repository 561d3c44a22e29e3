using System.Diagnostics.Metrics;
using System.Text;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>What all shards of one tier share.</summary>
internal sealed class TierContext : IDisposable
{
    private static readonly TimeSpan PerPiece = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(1);
    private const int Piece = 64 << 10;
    private readonly byte[] _idStart = Epoch.RandomDigits();
    private long _ids;
    private double _begun = double.NaN;
    private long _generation = 1;

    private readonly Histogram<double>? _lag;

    public TierContext(string name, RedisTierOptions options, TimeProvider time, IMeterFactory? meters)
    {
        _lag = meters
            ?.Create("PerfKit.Caching")
            .CreateHistogram(
                "perfkit.cache.tier.lag",
                "s",
                "Asked at each heartbeat: time until this process has heard all that Redis had told others by then.",
                tags: null,
                new InstrumentAdvice<double>
                {
                    HistogramBucketBoundaries =
                    [
                        0.000_1,
                        0.000_25,
                        0.000_5,
                        0.001,
                        0.002_5,
                        0.005,
                        0.01,
                        0.025,
                        0.05,
                        0.1,
                        0.25,
                        0.5,
                        1,
                    ],
                }
            );
        Name = name;
        Options = options;
        Time = time;
        Clock = new TierClock(time);
        Deadlines = new Deadlines(time);
        Place = $"Redis tier '{name}'";
    }

    public string Name { get; }

    public RedisTierOptions Options { get; }

    public TimeProvider Time { get; }

    /// <summary>That of the first shard's server, which is the same one for every process.</summary>
    public TierClock Clock { get; }

    public Deadlines Deadlines { get; }

    /// <summary>Called when a shard wants to join soon.</summary>
    public Action? Wanted { get; set; }

    public Telling Telling { get; } = new();

    /// <summary>Who writes: 16 digits drawn at random for this tier and process.</summary>
    public byte[] Node { get; } = Epoch.RandomDigits();

    public string NodeText => Encoding.ASCII.GetString(Node);

    /// <summary>Cache and servers, for messages.</summary>
    public string Place { get; private set; }

    /// <summary>All that Redis had told when it was asked, at this local time, has been heard.</summary>
    public void CaughtUp(double asked)
    {
        try
        {
            _lag?.Record(
                (Clock.Local() - asked) / 1_000,
                new KeyValuePair<string, object?>("cache.name", Name.Length == 0 ? "default" : Name)
            );
        }
        catch (Exception)
        {
            // Listeners run within the recording, and a listener's fault is not the heartbeat's.
        }
    }

    public string Generation =>
        Volatile.Read(ref _generation).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public void RaiseGeneration() => Interlocked.Increment(ref _generation);

    public void At(IConnectionMultiplexer servers) =>
        Place =
            $"Redis tier '{Name}' at {string.Join(',', servers.GetEndPoints().Select(EndPointCollection.ToString))}";

    /// <summary>A process that has just begun is given more time: its caches are cold, and its code is not yet compiled.</summary>
    public Wait Wait(string operation, long written = 0) =>
        new(operation, Place, (IsYoung ? StartLimit : Options.CommandTimeout) + (PerPiece * (written / Piece)));

    /// <summary>For a call of several commands, which have one deadline together.</summary>
    public Wait Call() => Wait("reading") with { Began = Clock.Local() };

    /// <summary>For the next command of a call.</summary>
    public Wait Next(Wait call, string operation) =>
        call with
        {
            Operation = operation,
            Spent = TimeSpan.FromMilliseconds(Clock.Local() - call.Began),
        };

    /// <summary>Milliseconds of a call's time that are gone; none of what only one that has just begun is given.</summary>
    public double SpentOf(Wait call) => call.Limit > Options.CommandTimeout ? 0 : Clock.Local() - call.Began;

    /// <summary>From the first connection on this runs out.</summary>
    public void Begin() => Volatile.Write(ref _begun, Clock.Local());

    /// <summary>16 bytes that no other write has: half of them drawn for this tier, then a counter.</summary>
    public void NextId(Span<byte> into)
    {
        _idStart.AsSpan(0, 8).CopyTo(into);
        BitConverter.TryWriteBytes(into[8..], Interlocked.Increment(ref _ids));
    }

    public void Dispose() => Deadlines.Dispose();

    private bool IsYoung
    {
        get
        {
            var begun = Volatile.Read(ref _begun);
            if (double.IsNaN(begun))
            {
                return false; // Not begun, or begun long ago: no command asks the clock for that again.
            }

            if (Clock.Local() - begun < StartLimit.TotalMilliseconds)
            {
                return true;
            }

            Volatile.Write(ref _begun, double.NaN);
            return false;
        }
    }
}
