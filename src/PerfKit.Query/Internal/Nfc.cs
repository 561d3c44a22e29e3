using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// Unicode normalisation form C (UAX 15), so that "é" typed as one character finds "é" stored as two. The runtime leaves
/// it to ICU, and many services run without ICU (invariant globalization) where Normalize() returns its input, so the form
/// is made here from Unicode's own table. Text that is already in form C, which most text is, is returned as it is.
/// </summary>
internal static class Nfc
{
    private const int HangulBase = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadBase = 0x1100;
    private const int LeadCount = 19;
    private const int VowelBase = 0x1161;
    private const int VowelCount = 21;
    private const int TrailBase = 0x11A7;
    private const int TrailCount = 28;

    private static readonly Lazy<Table> Loaded = new(static () => new Table());

    /// <summary>The text in form C. Linear in its length; lone surrogates become U+FFFD when anything else changes.</summary>
    public static string Normalize(string text)
    {
        var first = text.AsSpan().IndexOfAnyExceptInRange('\0', '\u02FF'); // No character below U+0300 combines.
        if (first < 0 || !Loaded.Value.MayChange(text.AsSpan(first)))
        {
            return text;
        }

        var table = Loaded.Value;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            table.Decompose(rune.Value, runes);
        }

        var span = CollectionsMarshal.AsSpan(runes);
        table.Order(span);
        span = span[..table.Compose(span)];

        var result = new StringBuilder(text.Length);
        Span<char> utf16 = stackalloc char[2];
        foreach (var value in span)
        {
            result.Append(utf16[..new Rune(value).EncodeToUtf16(utf16)]);
        }

        return result.ToString();
    }

    private sealed class Table
    {
        private readonly Dictionary<int, (int First, int Second)> _decompositions = [];
        private readonly Dictionary<long, int> _compositions = [];
        private readonly Dictionary<int, byte> _classes = [];
        private readonly HashSet<int> _unsure = []; // What form C changes, or what may combine with the character before it.

        public Table()
        {
            using var deflated = new MemoryStream(Convert.FromBase64String(NfcData.DeflatedBase64));
            using var inflate = new DeflateStream(deflated, CompressionMode.Decompress);
            using var reader = new BinaryReader(inflate);
            var code = 0;
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                code += reader.Read7BitEncodedInt();
                var packed = reader.Read7BitEncodedInt();
                var (first, kind) = (packed >> 2, packed & 3);
                var second = kind == 0 ? 0 : reader.Read7BitEncodedInt();
                _decompositions.Add(code, (first, second));
                if (kind == 1)
                {
                    _compositions.Add(Pair(first, second), code);
                    _unsure.Add(second);
                }
                else
                {
                    _unsure.Add(code);
                }
            }

            code = 0;
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                code += reader.Read7BitEncodedInt();
                var length = reader.Read7BitEncodedInt();
                var combiningClass = reader.ReadByte();
                for (var i = 0; i < length; i++)
                {
                    _classes.Add(code + i, combiningClass);
                    _unsure.Add(code + i);
                }
            }

            _unsure.UnionWith(Enumerable.Range(VowelBase, VowelCount));
            _unsure.UnionWith(Enumerable.Range(TrailBase + 1, TrailCount - 1));
        }

        public bool MayChange(ReadOnlySpan<char> text)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (rune.Value >= 0x300 && _unsure.Contains(rune.Value))
                {
                    return true;
                }
            }

            return false;
        }

        public void Decompose(int code, List<int> output)
        {
            if (code < 0xC0)
            {
                output.Add(code);
            }
            else if ((uint)(code - HangulBase) < HangulCount)
            {
                var index = code - HangulBase;
                output.Add(LeadBase + (index / (VowelCount * TrailCount)));
                output.Add(VowelBase + (index % (VowelCount * TrailCount) / TrailCount));
                if (index % TrailCount != 0)
                {
                    output.Add(TrailBase + (index % TrailCount));
                }
            }
            else if (_decompositions.TryGetValue(code, out var parts))
            {
                Decompose(parts.First, output); // At most four deep; only the first part decomposes further.
                if (parts.Second != 0)
                {
                    Decompose(parts.Second, output);
                }
            }
            else
            {
                output.Add(code);
            }
        }

        /// <summary>Sorts every run of combining marks by class, keeping the order within a class.</summary>
        public void Order(Span<int> runes)
        {
            for (var start = 0; start < runes.Length; start++)
            {
                if (Class(runes[start]) == 0)
                {
                    continue;
                }

                var end = start + 1;
                while (end < runes.Length && Class(runes[end]) != 0)
                {
                    end++;
                }

                if (end - start > 1)
                {
                    var run = runes[start..end];
                    var keys = new long[run.Length];
                    for (var i = 0; i < keys.Length; i++)
                    {
                        keys[i] = ((long)Class(run[i]) << 32) | (uint)i; // The index makes the sort stable.
                    }

                    keys.AsSpan().Sort(run);
                }

                start = end;
            }
        }

        /// <summary>Composes in place; returns how many code points remain.</summary>
        public int Compose(Span<int> runes)
        {
            var length = 0;
            var starter = -1;
            var lastClass = 0;
            foreach (var rune in runes)
            {
                var combiningClass = Class(rune);
                var blocked = starter < length - 1 && (lastClass >= combiningClass);
                if (starter >= 0 && !blocked && TryPair(runes[starter], rune, out var composed))
                {
                    runes[starter] = composed;
                    continue;
                }

                if (combiningClass == 0)
                {
                    starter = length;
                }

                lastClass = combiningClass;
                runes[length++] = rune;
            }

            return length;
        }

        private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

        private byte Class(int code) => code < 0x300 ? (byte)0 : _classes.GetValueOrDefault(code);

        private bool TryPair(int first, int second, out int composed)
        {
            if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
            {
                composed = HangulBase + ((((first - LeadBase) * VowelCount) + (second - VowelBase)) * TrailCount);
                return true;
            }

            if (
                (uint)(first - HangulBase) < HangulCount
                && (first - HangulBase) % TrailCount == 0
                && (uint)(second - TrailBase - 1) < TrailCount - 1
            )
            {
                composed = first + (second - TrailBase);
                return true;
            }

            return _compositions.TryGetValue(Pair(first, second), out composed);
        }
    }
}
