using System.Numerics;

namespace PerfKit.Caching.Internal;

/// <summary>
/// How often a hash was asked for lately, present or not: a count-min sketch of 4-bit counters, updated conservatively.
/// The four counters of a hash lie in one cache line, as in Caffeine; 16 bytes an entry, because a tighter table
/// overestimates in loops. A line is halved every now and then, in turn, so that no addition pays for all: each line
/// once every ten additions an entry.
/// </summary>
internal sealed class FrequencySketch
{
    public const int Most = 15;

    private const int WordsALine = 8;
    private const int EntriesALine = 4;
    private const int AdditionsALine = 10 * EntriesALine;
    private const ulong LowerBits = 0x7777_7777_7777_7777;

    private ulong[] _words = new ulong[16 * WordsALine];
    private int _additions;
    private int _hand;

    /// <summary>Entries it counts for.</summary>
    public int Entries => _words.Length / WordsALine * EntriesALine;

    /// <summary>Makes room for this many entries; forgets what it counted if it has to grow.</summary>
    public void Reserve(int entries)
    {
        if (entries > Entries)
        {
            _words = new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)entries) / EntriesALine * WordsALine];
            _hand = 0;
        }
    }

    public int Estimate(uint hash)
    {
        var line = Line(hash, out var picks);
        return Math.Min(
            Math.Min(Counter(line, 0, picks), Counter(line, 2, picks >> 8)),
            Math.Min(Counter(line, 4, picks >> 16), Counter(line, 6, picks >> 24))
        );
    }

    /// <summary>Counts and gives the new estimate.</summary>
    public int Add(uint hash, int times)
    {
        var raised = Math.Min(Estimate(hash) + times, Most);
        var line = Line(hash, out var picks);
        Raise(line, 0, picks, raised);
        Raise(line, 2, picks >> 8, raised);
        Raise(line, 4, picks >> 16, raised);
        Raise(line, 6, picks >> 24, raised);
        Age(times);
        return raised;
    }

    public void Clear() => Array.Clear(_words);

    private Span<ulong> Line(uint hash, out uint picks)
    {
        var mixed = hash * 0x9E37_79B9_7F4A_7C15UL; // The table takes the low bits of a hash, a sample the high ones.
        picks = (uint)mixed ^ ((uint)mixed >> 15);
        return _words.AsSpan((int)(mixed >> 32) & (_words.Length - WordsALine), WordsALine);
    }

    /// <summary>A row is two words; the lowest bit of its pick says which, the next four which counter.</summary>
    private static int Counter(Span<ulong> line, int row, uint pick) =>
        (int)(line[row + (int)(pick & 1)] >> Shift(pick)) & Most;

    private static void Raise(Span<ulong> line, int row, uint pick, int raised)
    {
        ref var word = ref line[row + (int)(pick & 1)];
        var shift = Shift(pick);
        if (((int)(word >> shift) & Most) < raised)
        {
            word = (word & ~((ulong)Most << shift)) | ((ulong)raised << shift);
        }
    }

    private static int Shift(uint pick) => (int)(pick >> 1 & 15) * 4;

    private void Age(int additions)
    {
        _additions += additions;
        while (_additions >= AdditionsALine)
        {
            _additions -= AdditionsALine;
            foreach (ref var word in _words.AsSpan(_hand, WordsALine))
            {
                word = (word >> 1) & LowerBits;
            }

            _hand = (_hand + WordsALine) & (_words.Length - 1);
        }
    }
}
