using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// The distinct tokens of one document with their places, counted against what a PostgreSQL tsvector can hold (1 MiB of
/// lexemes and positions together). Text is cut where the count reaches <see cref="TextBudgetBytes"/>.
/// </summary>
internal sealed class TermCollector
{
    /// <summary>Bytes of distinct tokens and positions that a document's text may bring; a title's own tokens fit beside it.</summary>
    public const int TextBudgetBytes = 900_000;

    /// <summary>Places kept of one token.</summary>
    public const int MaxPositions = 16;

    private const int MaxPosition = 16_383; // The last place a tsvector can name.
    private const int TermOverheadBytes = 3; // Alignment and the count of positions.
    private const int PositionBytes = 2;

    private readonly Dictionary<string, int> _index = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<Term> _terms = [];
    private int _position;
    private int _textBytes;

    public TermCollector() => _lookup = _index.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The distinct tokens in the order they came.</summary>
    public ReadOnlySpan<Term> Terms => CollectionsMarshal.AsSpan(_terms);

    /// <summary>Adds every token of a title.</summary>
    public void AddTitle(ReadOnlySpan<char> title) => Add(title, isTitle: true);

    /// <summary>Adds tokens of the text while they fit; returns how many characters of the text were taken.</summary>
    public int AddText(ReadOnlySpan<char> text) => Add(text, isTitle: false);

    private int Add(ReadOnlySpan<char> text, bool isTitle)
    {
        Span<char> buffer = stackalloc char[SearchTokenizer.MaxTokenBytes];
        foreach (var (start, length) in SearchTokenizer.Enumerate(text))
        {
            ReadOnlySpan<char> token = buffer[..SearchTokenizer.Fold(text.Slice(start, length), buffer)];
            if (!TryAdd(token, isTitle))
            {
                return start;
            }
        }

        return text.Length;
    }

    private bool TryAdd(ReadOnlySpan<char> token, bool isTitle)
    {
        var known = _lookup.TryGetValue(token, out var at);
        if (!isTitle)
        {
            // What a token costs must not depend on the title: a renamed document keeps its text.
            var seen = known ? _terms[at].TextCount : 0;
            var cost = seen >= MaxPositions ? 0 : PositionBytes;
            cost += seen == 0 ? Encoding.UTF8.GetByteCount(token) + TermOverheadBytes : 0;
            if (_textBytes + cost > TextBudgetBytes)
            {
                return false;
            }

            _textBytes += cost;
        }

        if (!known)
        {
            at = _terms.Count;
            var text = token.ToString();
            _index.Add(text, at);
            _terms.Add(new Term { Text = text });
        }

        _position = Math.Min(_position + 1, MaxPosition);
        CollectionsMarshal.AsSpan(_terms)[at].Add((ushort)_position, isTitle);
        return true;
    }

    /// <summary>One distinct token.</summary>
    public struct Term
    {
        private Places _places;

        public required string Text { get; init; }

        public int Count { get; private set; }

        public int TitleCount { get; private set; }

        public int TextCount { get; private set; }

        public readonly ushort this[int index] => _places[index];

        public void Add(ushort position, bool isTitle)
        {
            TextCount += isTitle || TextCount == MaxPositions ? 0 : 1;
            if (Count == MaxPositions || (Count > 0 && _places[Count - 1] == position))
            {
                return; // Beyond the last place that can be named, one mention says it.
            }

            TitleCount += isTitle ? 1 : 0;
            _places[Count++] = position;
        }
    }

    [InlineArray(MaxPositions)]
    private struct Places
    {
        private ushort _first;
    }
}
