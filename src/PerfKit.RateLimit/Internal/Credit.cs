using System.Runtime.InteropServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// Permits set aside, to be spent with one addition and no clock. One word holds what is left of them, below, and the
/// leases that they made, above. Alone on its cache lines: every admission writes it, a refusal only reads.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Credit
{
    private const long OneLease = 1L << 32;

    [FieldOffset(128)]
    private long _word;

    public readonly (int Left, long Leases) Content => Split(Volatile.Read(in _word));

    public bool TrySpend(int permits)
    {
        if (permits > (int)Volatile.Read(ref _word) || permits <= 0)
        {
            return false;
        }

        if ((int)Interlocked.Add(ref _word, OneLease - permits) >= 0)
        {
            return true;
        }

        // Another took them meanwhile. If all was taken back in between, these permits count as spent and then as given back.
        Interlocked.Add(ref _word, permits - OneLease);
        return false;
    }

    public void Add(int permits) => Interlocked.Add(ref _word, permits);

    public (int Left, long Leases) TakeBack() => Split(Interlocked.Exchange(ref _word, 0));

    private static (int Left, long Leases) Split(long word)
    {
        var left = (int)word; // Negative while somebody takes too much and is about to undo it.
        return (left, (word - left) >> 32);
    }
}
