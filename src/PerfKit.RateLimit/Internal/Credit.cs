using System.Numerics;
using System.Runtime.InteropServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// Permits set aside, to be spent with one addition and no clock. While one thread comes they are in one place; when
/// several come, each of a few places has its share, found by the processor.
/// </summary>
internal sealed class Credit
{
    /// <summary>The most permits that are set aside in one place, and that are spent at once.</summary>
    public const int MostInPlace = 64;

    private const int MostPlaces = 8;
    private const int LeastInPlace = 4; // Fewer do not pay for the keeping.
    private const int AloneAfter = 16; // Issues in a row to one thread.

    private readonly Place[] _places = new Place[
        Math.Min(MostPlaces, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount))
    ];

    private int _mask; // 0 for one place.
    private int _thread;
    private int _inARow;
    private int _issued;

    public bool TrySpend(int permits)
    {
        var place = _mask == 0 ? 0 : Thread.GetCurrentProcessorId() & _mask;
        return permits is > 0 and <= MostInPlace && _places[place].TrySpend(permits);
    }

    /// <summary>Under the limiter's lock: sets aside at most so many permits.</summary>
    public void Issue(int most)
    {
        var thread = Environment.CurrentManagedThreadId;
        _inARow = thread == _thread ? _inARow + 1 : 0;
        _thread = thread;
        var isShared = _inARow < AloneAfter && most >= _places.Length * LeastInPlace;
        _mask = isShared ? _places.Length - 1 : 0;
        var each = Math.Min(MostInPlace, most / (_mask + 1));
        for (var place = 0; place <= _mask; place++)
        {
            _places[place].Add(each);
        }

        _issued = each * (_mask + 1);
    }

    /// <summary>Under the limiter's lock: what was spent since the issue, and by how many leases.</summary>
    public (int Permits, long Leases) Spent()
    {
        var (permits, leases) = (_issued, 0L);
        foreach (ref var place in _places.AsSpan())
        {
            var (left, made) = place.Content;
            permits -= left;
            leases += made;
        }

        return (permits, leases);
    }

    /// <summary>The same, and what is left is taken back.</summary>
    public (int Permits, long Leases) TakeBack()
    {
        var (permits, leases) = (_issued, 0L);
        foreach (ref var place in _places.AsSpan())
        {
            var (left, made) = place.TakeBack();
            permits -= left;
            leases += made;
        }

        _issued = 0;
        return (permits, leases);
    }

    /// <summary>One word: what is left, below, and the leases it made, above. On cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Place
    {
        private const long OneLease = 1L << 32;

        [FieldOffset(64)]
        private long _word;

        public readonly (int Left, long Leases) Content => Split(Volatile.Read(in _word));

        public bool TrySpend(int permits)
        {
            if ((int)Interlocked.Add(ref _word, OneLease - permits) >= 0)
            {
                return true;
            }

            // Another took them meanwhile. If all was taken back in between, these count as spent and then as given back.
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
}
