using System.Buffers;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>An account's blocks as the framework's pool.</summary>
internal sealed class BlockPool(MemoryAccount account) : MemoryPool<byte>
{
    private const int DefaultBytes = 4096;

    public override int MaxBufferSize => BlockStore.SlabBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(minBufferSize, -1);
        var classBytes = BlockStore.ClassOf(minBufferSize == -1 ? DefaultBytes : minBufferSize);
        return account.TryTake(classBytes, out var piece)
            ? new BlockMemory(account, piece, classBytes, isWritable: true)
            : throw new InsufficientMemoryException(
                FormattableString.Invariant(
                    $"The memory budget refused {classBytes} bytes to account '{account.Name}': its limit is reached."
                )
            );
    }

    protected override void Dispose(bool disposing)
    {
        // The blocks are the budget's; what is rented goes back by its owner.
    }
}
