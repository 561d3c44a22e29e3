using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// The memory that the transfers of a process may hold together, so that no number of slow readers fills it. Each request
/// reserves one place of 16 KB and is refused at once when there is none; an eighth of the capacity is lent out on top,
/// to those whose readers are quick, for blocks of up to 256 KB. Thread-safe; one compare-and-swap a reservation.
/// </summary>
public sealed class TransferMemory
{
    /// <summary>Bytes of one place: a transfer that gets no more goes on in blocks of this size.</summary>
    public const int PlaceBytes = 16 * 1024;

    private const int LentShare = 8;

    private readonly long _placesBytes;
    private readonly long _lendableBytes;
    private readonly StreamingMetrics.Transfers _metrics;
    private long _reservedBytes;
    private long _lentBytes;

    /// <summary>Makes an empty account.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of its range.</exception>
    public TransferMemory(
        TransferMemoryOptions? options = null,
        IMeterFactory? meterFactory = null,
        TimeProvider? clock = null
    )
    {
        options ??= new TransferMemoryOptions();
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.CapacityBytes, fault);
        }

        Clock = clock ?? TimeProvider.System;
        CapacityBytes = options.CapacityBytes;
        _lendableBytes = CapacityBytes / LentShare;
        _placesBytes = CapacityBytes - _lendableBytes;
        _metrics = new StreamingMetrics.Transfers(meterFactory, this);
    }

    /// <summary>The account of everything that was given no other; 256 MiB.</summary>
    public static TransferMemory Shared { get; } = new();

    /// <summary>Most bytes that transfers hold at once.</summary>
    public long CapacityBytes { get; }

    /// <summary>Bytes that transfers hold now.</summary>
    public long UsedBytes => Volatile.Read(ref _reservedBytes) + Volatile.Read(ref _lentBytes);

    /// <summary>Reserves a place for one request, whatever it transfers; false, and nothing taken, when all are taken.</summary>
    /// <param name="place">Dispose it when the request ends.</param>
    public bool TryReserve([NotNullWhen(true)] out TransferPlace? place)
    {
        var isFree = TryTake(ref _reservedBytes, PlaceBytes, _placesBytes);
        if (!isFree)
        {
            _metrics.Refused();
        }

        place = isFree ? new TransferPlace(this) : null;
        return isFree;
    }

    internal TimeProvider Clock { get; }

    internal bool TryLend(int bytes) => TryTake(ref _lentBytes, bytes, _lendableBytes);

    internal void Return(int lentBytes) => Interlocked.Add(ref _lentBytes, -lentBytes);

    internal void Release() => Interlocked.Add(ref _reservedBytes, -PlaceBytes);

    private static bool TryTake(ref long usedBytes, int bytes, long limitBytes)
    {
        var seen = Volatile.Read(ref usedBytes);
        while (seen + bytes <= limitBytes)
        {
            var previous = Interlocked.CompareExchange(ref usedBytes, seen + bytes, seen);
            if (previous == seen)
            {
                return true;
            }

            seen = previous;
        }

        return false;
    }
}
