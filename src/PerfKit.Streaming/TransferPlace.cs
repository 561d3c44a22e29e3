namespace PerfKit.Streaming;

/// <summary>
/// One request's place in a <see cref="TransferMemory"/>, for one transfer at a time. It sizes the blocks: 256 KB to a
/// quick reader while there is memory to lend, the place's own 16 KB to one that keeps a block waiting, until it has taken
/// 1 MB without.
/// </summary>
public sealed class TransferPlace : IDisposable
{
    private const int MostBytes = ContentReader.BlockBytes;
    private const int TrustAfter = (1 << 20) / TransferMemory.PlaceBytes;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(20);

    private readonly TransferMemory _memory;
    private int _lentBytes;
    private int _blocksToTrust;
    private bool _isReleased;

    internal TransferPlace(TransferMemory memory)
    {
        _memory = memory;
    }

    /// <summary>Gives the place back. The block it sized last must be free.</summary>
    public void Dispose()
    {
        if (!_isReleased)
        {
            _isReleased = true;
            GiveBack();
            _memory.Release();
        }
    }

    /// <summary>How many bytes the next block may have, at most what is left to send; the block before is free again.</summary>
    internal int NextBlock(long leftBytes)
    {
        ObjectDisposedException.ThrowIf(_isReleased, this);
        GiveBack();
        var wanted = _blocksToTrust > 0 ? TransferMemory.PlaceBytes : (int)Math.Min(leftBytes, MostBytes);
        for (; wanted > TransferMemory.PlaceBytes; wanted /= 2)
        {
            var extra = wanted - TransferMemory.PlaceBytes;
            if (_memory.TryLend(extra))
            {
                _lentBytes = extra;
                return wanted;
            }
        }

        return (int)Math.Min(leftBytes, TransferMemory.PlaceBytes);
    }

    /// <summary>The moment a block is handed over.</summary>
    internal long HandOver() => _memory.Clock.GetTimestamp();

    /// <summary>Learns how long the reader kept the block that was handed over then.</summary>
    internal void TakeBack(long handedOver) =>
        _blocksToTrust = _memory.Clock.GetElapsedTime(handedOver) > Slow ? TrustAfter : Math.Max(0, _blocksToTrust - 1);

    private void GiveBack()
    {
        if (_lentBytes > 0)
        {
            _memory.Return(_lentBytes);
            _lentBytes = 0;
        }
    }
}
