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
    private const int LeastInPlace = 4;
    private const int AloneAfter = 16; // Issues in a row to one thread.

    private readonly Place[] _places = new Place[
        Math.Min(MostPlaces, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount))
    ];

    private int _mask; // 0 for one place.
    private int _thread;
    private int _inARow;
    private int _issued;

    /// <summary>So many permits, or none where so few do not pay for the keeping.</summary>
    public static int Worthwhile(int permits) => permits < LeastInPlace ? 0 : permits;

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
        if (_issued == 0)
        {
            return default;
        }

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

    /// <summary>
    /// One word on cache lines of its own: what is left (20 bits), the leases it made (20) and how often it was taken back
    /// (24).
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    internal struct Place
    {
        private const int LeaseShift = 20;
        private const int EpochShift = 40;
        private const long OneLease = 1L << LeaseShift;

        [FieldOffset(0)]
        private long _epoch; // Under the limiter's lock.

        [FieldOffset(64)]
        private long _word;

        public readonly (int Left, int Leases) Content
        {
            get
            {
                var word = Volatile.Read(in _word);
                return (Left(word), Leases(word));
            }
        }

        public bool TrySpend(int permits)
        {
            if (Left(Volatile.Read(ref _word)) < permits)
            {
                return false;
            }

            var word = Take(permits);
            if (Left(word) >= 0)
            {
                return true;
            }

            Undo(permits, word); // Another took them meanwhile.
            return false;
        }

        /// <summary>Takes them, there or not; the word after it.</summary>
        internal long Take(int permits) => Interlocked.Add(ref _word, OneLease - permits);

        public void Add(int permits) => Interlocked.Add(ref _word, permits);

        public (int Left, int Leases) TakeBack()
        {
            var word = Interlocked.Exchange(ref _word, ++_epoch << EpochShift);
            return (Left(word), Leases(word));
        }

        /// <summary>
        /// What was taken too much goes back, unless all was taken back meanwhile: then it was counted as spent, and giving
        /// it back would let it be spent beside what the limits have regained since. Only the lease was none. So threads that
        /// race for the last of a credit lose a few permits in ten thousand, which come back with time.
        /// </summary>
        internal void Undo(int permits, long word)
        {
            var epoch = Epoch(word);
            while (true)
            {
                var undone = word - OneLease + (Epoch(word) == epoch ? permits : 0);
                var before = Interlocked.CompareExchange(ref _word, undone, word);
                if (before == word)
                {
                    return;
                }

                word = before;
            }
        }

        // Left is negative while somebody takes too much, and so may leases be after an undo; each borrows from the next.
        private static int Left(long word) => (int)(word << (64 - LeaseShift) >> (64 - LeaseShift));

        private static int Leases(long word) =>
            (int)((word - Left(word)) << (64 - EpochShift) >> (64 - EpochShift + LeaseShift));

        private static long Epoch(long word) => (word - Left(word) - (Leases(word) * OneLease)) >> EpochShift;
    }
}
