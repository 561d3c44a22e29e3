using System.Buffers;
using System.Diagnostics;
using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching;

/// <summary>One user's share of a <see cref="MemoryBudget"/>. Thread-safe.</summary>
[DebuggerDisplay("{Name}: {UsedBytes} bytes, priority {Priority}")]
public sealed class MemoryAccount : IDisposable
{
    private readonly MemoryBudget _budget;
    private readonly Func<long, long>? _giveBack;
    private long _usedBytes;
    private long _blocks;
    private long _refusals;
    private long _givenBackBytes;

    internal MemoryAccount(MemoryBudget budget, string name, int priority, Func<long, long>? giveBack)
    {
        _budget = budget;
        _giveBack = giveBack;
        Name = name;
        Priority = priority;
        Pool = new BlockPool(this);
    }

    /// <summary>What metrics call it.</summary>
    public string Name { get; }

    /// <summary>Lower ones are asked to give back first.</summary>
    public int Priority { get; }

    /// <summary>Bytes reserved, and bytes of the pool's blocks that are rented.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>
    /// Reused pinned blocks of 256 B to 64 KB, counted in this account: for pipes, serializers and whatever else takes a
    /// pool. A rent the budget refuses throws <see cref="InsufficientMemoryException"/>. Returned memory is not cleared.
    /// Using it after its owner was disposed throws <see cref="ObjectDisposedException"/>; an owner that is lost stays counted.
    /// </summary>
    public MemoryPool<byte> Pool { get; }

    /// <summary>Reserves bytes for memory this account makes itself, asking other accounts to give back if need be.</summary>
    /// <param name="bytes">How many, 0 or more.</param>
    /// <returns>False when the limit does not allow them; then nothing was reserved.</returns>
    public bool TryReserve(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (!_budget.TryCharge(bytes, this))
        {
            Interlocked.Increment(ref _refusals);
            return false;
        }

        Interlocked.Add(ref _usedBytes, bytes);
        return true;
    }

    /// <summary>Gives back bytes reserved by <see cref="TryReserve"/>.</summary>
    /// <param name="bytes">How many, 0 or more; not more than were reserved.</param>
    public void Release(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Interlocked.Add(ref _usedBytes, -bytes);
        _budget.Uncharge(bytes);
    }

    /// <summary>Counts since the account was opened, and what it holds now.</summary>
    /// <returns>The figures, each exact, taken one after the other.</returns>
    public MemoryAccountStatistics GetStatistics() =>
        new(UsedBytes, Volatile.Read(ref _blocks), Volatile.Read(ref _refusals), Volatile.Read(ref _givenBackBytes));

    /// <summary>The account is asked no more. What it holds stays counted until it is given back.</summary>
    public void Dispose() => _budget.Close(this);

    internal long GiveBack(long bytes)
    {
        var given = _giveBack?.Invoke(bytes) ?? 0;
        Interlocked.Add(ref _givenBackBytes, given);
        return given;
    }

    /// <summary>Takes a piece of a size class; false when the budget refuses.</summary>
    internal bool TryTake(int classBytes, out BlockPiece piece)
    {
        _budget.Relieve(this);
        for (var round = 0; !_budget.Store.TryTake(classBytes, out piece); round++)
        {
            if (round == MemoryBudget.MaxRounds || !_budget.Reclaim(BlockStore.SlabBytes, round, this))
            {
                Interlocked.Increment(ref _refusals);
                return false;
            }
        }

        Interlocked.Add(ref _usedBytes, classBytes);
        Interlocked.Increment(ref _blocks);
        return true;
    }

    internal void Return(BlockPiece piece)
    {
        var classBytes = piece.Length;
        _budget.Store.Return(piece);
        Interlocked.Add(ref _usedBytes, -classBytes);
        Interlocked.Decrement(ref _blocks);
    }
}
