namespace PerfKit.Caching.Internal.Contents;

/// <summary>Holds one reference to a content for one lease, and is used again for another, under another generation.</summary>
internal sealed class LeaseSlot(LeaseSlots owner)
{
    private Content? _content;
    private long _generation;

    public ContentLease Lease(Content content)
    {
        Volatile.Write(ref _content, content);
        return new ContentLease(this, _generation);
    }

    /// <summary>
    /// The content of this generation, or null. The generation is read after the content: if the slot went to somebody else
    /// before the content was read, the generation was raised before that.
    /// </summary>
    public Content? Find(long generation)
    {
        var content = Volatile.Read(ref _content);
        return Volatile.Read(ref _generation) == generation ? content : null;
    }

    /// <summary>Whether what was read since <see cref="Find"/> is of this generation's content.</summary>
    public bool IsStill(long generation)
    {
        Volatile.ReadBarrier();
        return Volatile.Read(ref _generation) == generation;
    }

    /// <summary>The first to return a generation gives the reference back; everybody later changes nothing.</summary>
    public void TryReturn(long generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) != generation)
        {
            return;
        }

        var content = _content!;
        _content = null;
        owner.Add(this);
        content.Release();
    }
}

/// <summary>The slots that nobody holds: one close to each thread, the rest under a lock.</summary>
internal sealed class LeaseSlots
{
    private const int LineReferences = 16; // 128 bytes: the prefetcher fetches lines in pairs.
    private const int MostSpare = 4096;

    private readonly Stack<LeaseSlot> _spare = [];
    private readonly LeaseSlot?[] _near;
    private readonly int _mask;
    private long _made; // Those that exist, leased or not; guarded by _spare.

    public LeaseSlots()
    {
        var stripes = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);
        _mask = stripes - 1;
        _near = new LeaseSlot?[(stripes + 1) * LineReferences];
    }

    /// <summary>Slots that are leased: those that exist and are not here.</summary>
    public long Leased
    {
        get
        {
            lock (_spare)
            {
                return _made - _spare.Count - _near.Count(static slot => slot is not null);
            }
        }
    }

    private ref LeaseSlot? Near => ref _near[((Environment.CurrentManagedThreadId & _mask) + 1) * LineReferences];

    public ContentLease Lease(Content content) => (Interlocked.Exchange(ref Near, null) ?? Take()).Lease(content);

    public void Add(LeaseSlot slot)
    {
        if (Interlocked.CompareExchange(ref Near, slot, null) is null)
        {
            return;
        }

        lock (_spare)
        {
            if (_spare.Count < MostSpare)
            {
                _spare.Push(slot);
            }
            else
            {
                _made--;
            }
        }
    }

    private LeaseSlot Take()
    {
        lock (_spare)
        {
            if (_spare.TryPop(out var slot))
            {
                return slot;
            }

            _made++;
            return new LeaseSlot(this);
        }
    }
}
