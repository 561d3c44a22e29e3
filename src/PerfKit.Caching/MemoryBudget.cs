using System.Diagnostics;
using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching;

/// <summary>
/// The memory of one process in named accounts. Whoever takes memory reserves it first; before a reservation is refused,
/// other accounts are asked to give back, lowest priority first. Refusals are results, not exceptions.
/// </summary>
/// <remarks>
/// Free blocks of the pools count as used. No thread and no timer: the load is looked at when somebody reserves, at most
/// every 100 ms. A reservation that fits costs one compare-and-swap. Thread-safe.
/// </remarks>
[DebuggerDisplay("{UsedBytes} of {LimitBytes} bytes used, {FreeBytes} in free blocks")]
[DebuggerTypeProxy(typeof(MemoryBudgetDebugView))]
public sealed class MemoryBudget
{
    /// <summary>Others may take what was given back; after so many times that is a refusal.</summary>
    internal const int MaxRounds = 8;

    [ThreadStatic]
    private static bool t_isAsking;

    private readonly Lock _gate = new();
    private readonly MemoryWatch? _watch;
    private readonly long _maxFreeBytes;
    private MemoryAccount[] _accounts = []; // Lowest priority first; replaced, never changed.
    private long _usedBytes;

    /// <summary>Makes a budget. A process has one: <c>AddPerfKitMemoryBudget</c> registers it.</summary>
    /// <param name="options">The limit, read once.</param>
    /// <param name="timeProvider">Spaces the looks at the load; the system's by default.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public MemoryBudget(MemoryBudgetOptions options, TimeProvider? timeProvider = null)
        : this(options, timeProvider, new MemoryLimits("/")) { }

    internal MemoryBudget(MemoryBudgetOptions options, TimeProvider? timeProvider, IMemoryLimits limits)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        LimitBytes = options.LimitBytes ?? (long)(limits.LimitBytes * options.LimitFraction);
        _maxFreeBytes = options.MaxFreeBytes;
        _watch =
            options.HighLoadFraction < 1
                ? new MemoryWatch(limits, options.HighLoadFraction, timeProvider ?? TimeProvider.System)
                : null;
        Store = new BlockStore(this);
    }

    /// <summary>Most bytes that accounts hold together, free blocks included. Never exceeded.</summary>
    public long LimitBytes { get; }

    /// <summary>Bytes reserved and bytes in the pools' blocks, taken or free.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>Bytes in blocks that nobody holds, kept for reuse.</summary>
    public long FreeBytes => Store.FreeBytes;

    internal BlockStore Store { get; }

    internal long MaxFreeBytes => _maxFreeBytes;

    internal IReadOnlyList<MemoryAccount> Accounts => Volatile.Read(ref _accounts);

    /// <summary>Opens an account. Names may repeat; metrics add accounts of one name up.</summary>
    /// <param name="name">What metrics and debugger call it.</param>
    /// <param name="priority">Lower ones are asked to give back first; equal ones in the order they were opened.</param>
    /// <param name="giveBack">
    /// Called with a number of bytes, on the thread of whoever needs memory: frees about as much and returns how much it
    /// freed. It must not wait for another thread that reserves. None has nothing to give.
    /// </param>
    /// <returns>The account; dispose it when its user ends.</returns>
    public MemoryAccount OpenAccount(string name, int priority = 0, Func<long, long>? giveBack = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var account = new MemoryAccount(this, name, priority, giveBack);
        lock (_gate)
        {
            Volatile.Write(ref _accounts, [.. _accounts.Append(account).OrderBy(static a => a.Priority)]);
        }

        return account;
    }

    internal void Close(MemoryAccount account)
    {
        lock (_gate)
        {
            Volatile.Write(ref _accounts, [.. _accounts.Where(a => a != account)]);
        }
    }

    /// <summary>Raises the counter if the limit allows, asking for memory back as long as it does not.</summary>
    internal bool TryCharge(long bytes, MemoryAccount asking)
    {
        Relieve(asking);
        for (var round = 0; ; round++)
        {
            if (TryCharge(bytes))
            {
                return true;
            }

            if (bytes > LimitBytes || round == MaxRounds || !Reclaim(bytes, round, asking))
            {
                return false;
            }
        }
    }

    internal bool TryCharge(long bytes)
    {
        var used = Volatile.Read(ref _usedBytes);
        while (used <= LimitBytes - bytes)
        {
            var seen = Interlocked.CompareExchange(ref _usedBytes, used + bytes, used);
            if (seen == used)
            {
                return true;
            }

            used = seen;
        }

        return false;
    }

    internal void Uncharge(long bytes)
    {
        var used = Interlocked.Add(ref _usedBytes, -bytes);
        Debug.Assert(used >= 0, "What is given back was charged.");
    }

    /// <summary>
    /// Makes room for this many bytes, by free blocks first, then by asking, each round for twice as much: small pieces
    /// given back free no slab until all of its pieces are. False when nothing came of it.
    /// </summary>
    internal bool Reclaim(long bytes, int round, MemoryAccount asking)
    {
        var wanted = Math.Max(bytes - (LimitBytes - UsedBytes), 1);
        var trimmed = Store.Trim(wanted);
        return trimmed >= wanted || Ask((wanted - trimmed) << round, asking) + trimmed > 0;
    }

    /// <summary>Gives memory back to the process when its load is high, whatever the budget says.</summary>
    internal void Relieve(MemoryAccount? asking)
    {
        if (_watch?.Excess() is > 0 and var excess)
        {
            var trimmed = Store.Trim(excess);
            if (trimmed < excess)
            {
                Ask(excess - trimmed, asking);
                Store.Trim(excess - trimmed);
            }
        }
    }

    private long Ask(long bytes, MemoryAccount? asking)
    {
        if (t_isAsking)
        {
            return 0; // An account that is giving back reserves: it takes what there is.
        }

        t_isAsking = true;
        try
        {
            var given = 0L;
            foreach (var account in Accounts.OrderBy(static a => a.Priority).ThenBy(a => a == asking))
            {
                given += given < bytes ? Math.Max(account.GiveBack(bytes - given), 0) : 0;
            }

            return given;
        }
        finally
        {
            t_isAsking = false;
        }
    }
}
