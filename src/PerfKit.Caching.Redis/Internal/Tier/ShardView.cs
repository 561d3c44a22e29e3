namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What this process knows of a shard since it last began to listen without a gap: every removal after
/// <c>baseline</c>, in order.
/// </summary>
internal sealed class ShardView(KnownNumber known, long baseline, long removedAll, int tagCapacity)
{
    private long _heard = baseline;
    private long _removedAll = removedAll;

    public Epoch Epoch { get; } = known.Epoch;

    public TagTable Tags { get; } = new(tagCapacity, baseline);

    /// <summary>Everything up to this number has been heard and worked in.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Redis had come so far at least. What is made from now on was not made before any removal up to it.</summary>
    public long Known => known.Value;

    /// <summary>Only the one who listens calls this, in order.</summary>
    public void Hear(long sequence)
    {
        Volatile.Write(ref _heard, sequence);
        known.Raise(sequence);
    }

    public void RemoveAll(long sequence) => KnownNumber.Raise(ref _removedAll, sequence);

    public void Remove(ReadOnlySpan<byte> member, long sequence)
    {
        if (member.Length > 0 && member[0] == (byte)':')
        {
            Tags.Remove(member[1..], sequence);
        }
        else
        {
            RemoveAll(sequence);
        }
    }

    public Verdict Judge(ReadOnlySpan<byte> bytes, out int payloadAt)
    {
        payloadAt = 0;
        if (
            !ValueFormat.TryReadHead(bytes, out var epoch, out var sequence)
            || epoch != Epoch
            || sequence < Volatile.Read(ref _removedAll)
            || !ValueFormat.TryReadTags(bytes, out var tags, out payloadAt)
        )
        {
            return Verdict.Dead;
        }

        var verdict = Verdict.Alive;
        foreach (var tag in tags)
        {
            switch (Tags.IsRemovedAfter(tag, sequence))
            {
                case true:
                    return Verdict.Dead;
                case null:
                    verdict = Verdict.Unknown;
                    break;
            }
        }

        return verdict;
    }

    /// <summary>Whether what is made since this number is still right with these tags, as far as is known here.</summary>
    public bool IsStanding(long since, IReadOnlyList<string> tags)
    {
        if (since < Volatile.Read(ref _removedAll))
        {
            return false;
        }

        for (var i = 0; i < tags.Count; i++)
        {
            if (Tags.IsRemovedAfter(TextBytes.Of(tags[i]), since) == true)
            {
                return false;
            }
        }

        return true;
    }
}
