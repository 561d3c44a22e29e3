using System.Buffers;
using System.Globalization;
using System.Text;

namespace PerfKit.Query;

/// <summary>
/// The one rule of what a word is, for the index, the query, the snippet and the naive search alike: a run of letters and
/// digits, case-folded, split at camelCase humps (<c>fileService</c> is file, service; <c>HTTPServer</c> is http, server;
/// <c>IDs</c> stays ids). Digits do not split from letters. Everything else separates, so <c>report-2024_final.pdf</c> is
/// report, 2024, final, pdf. Expects form C (<see cref="SearchText.Normalize"/>).
/// </summary>
public static class SearchTokenizer
{
    /// <summary>Longer tokens are cut to this many UTF-8 bytes, in the index and in the query.</summary>
    public const int MaxTokenBytes = 200;

    private enum Kind : byte
    {
        Separator,
        Lower,
        Upper,
        Other,
    }

    /// <summary>The tokens as places in the text; nothing is allocated.</summary>
    public static Enumerator Enumerate(ReadOnlySpan<char> text) => new(text);

    /// <summary>The folded tokens in order, repeats included.</summary>
    internal static List<string> List(ReadOnlySpan<char> text)
    {
        var tokens = new List<string>();
        Span<char> folded = stackalloc char[MaxTokenBytes];
        foreach (var (start, length) in Enumerate(text))
        {
            tokens.Add(folded[..Fold(text.Slice(start, length), folded)].ToString());
        }

        return tokens;
    }

    /// <summary>
    /// Writes the token in its folded and cut form (simple case folding: each rune to upper, then to lower case) and returns
    /// its length. The destination holds at least <see cref="MaxTokenBytes"/> characters.
    /// </summary>
    public static int Fold(ReadOnlySpan<char> token, Span<char> destination)
    {
        var ascii = 0;
        while (ascii < token.Length && ascii < MaxTokenBytes && token[ascii] < 128)
        {
            var c = token[ascii];
            destination[ascii++] = c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
        }

        return ascii == MaxTokenBytes ? ascii : ascii + FoldRunes(token[ascii..], destination[ascii..], ascii);
    }

    /// <summary>Whether a token begins exactly at <paramref name="index"/>.</summary>
    internal static bool IsTokenStart(ReadOnlySpan<char> text, int index)
    {
        var current = KindAt(text, index, out var width);
        if (current == Kind.Separator || index == 0)
        {
            return current != Kind.Separator;
        }

        var before = index > 1 && char.IsSurrogatePair(text[index - 2], text[index - 1]) ? index - 2 : index - 1;
        var previous = KindAt(text, before, out _);
        return previous == Kind.Separator || IsHump(previous, current, text, index + width);
    }

    private static int FoldRunes(ReadOnlySpan<char> token, Span<char> destination, int bytes)
    {
        var written = 0;
        foreach (var rune in token.EnumerateRunes())
        {
            var folded = Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));
            bytes += folded.Utf8SequenceLength;
            if (bytes > MaxTokenBytes)
            {
                break;
            }

            written += folded.EncodeToUtf16(destination[written..]);
        }

        return written;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int width)
    {
        var c = text[index];
        width = 1;
        if (c < 128)
        {
            return c switch
            {
                >= 'a' and <= 'z' => Kind.Lower,
                >= 'A' and <= 'Z' => Kind.Upper,
                >= '0' and <= '9' => Kind.Other,
                _ => Kind.Separator,
            };
        }

        var category = UnicodeCategory.OtherNotAssigned;
        if (!char.IsSurrogate(c))
        {
            category = CharUnicodeInfo.GetUnicodeCategory(c);
        }
        else if (Rune.DecodeFromUtf16(text[index..], out var rune, out width) == OperationStatus.Done)
        {
            category = Rune.GetUnicodeCategory(rune);
        }

        return category switch
        {
            UnicodeCategory.LowercaseLetter => Kind.Lower,
            UnicodeCategory.UppercaseLetter => Kind.Upper,
            UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber => Kind.Other,
            _ => Kind.Separator,
        };
    }

    /// <summary>Whether a capital begins a new token: after a small letter, or ending an acronym as in <c>HTTPServer</c>.</summary>
    private static bool IsHump(Kind previous, Kind current, ReadOnlySpan<char> text, int after)
    {
        if (current != Kind.Upper || previous is not (Kind.Lower or Kind.Upper))
        {
            return false;
        }

        if (previous == Kind.Lower)
        {
            return true;
        }

        if (after >= text.Length || KindAt(text, after, out var width) != Kind.Lower)
        {
            return false;
        }

        var next = after + width;
        var pluralOfAcronym = text[after] == 's' && (next >= text.Length || KindAt(text, next, out _) != Kind.Lower);
        return !pluralOfAcronym;
    }

    /// <summary>Walks the tokens of a text.</summary>
    public ref struct Enumerator(ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private int _next;

        /// <summary>The token found last: where it starts and how many characters it has.</summary>
        public (int Start, int Length) Current { get; private set; }

        /// <summary>Itself, for <c>foreach</c>.</summary>
        public readonly Enumerator GetEnumerator() => this;

        /// <summary>Goes to the next token; false at the end.</summary>
        public bool MoveNext()
        {
            var index = _next;
            Kind kind;
            int width;
            do
            {
                if (index >= _text.Length)
                {
                    return false;
                }

                kind = KindAt(_text, index, out width);
                index += width;
            } while (kind == Kind.Separator);

            var start = index - width;
            while (index < _text.Length)
            {
                var current = KindAt(_text, index, out width);
                if (current == Kind.Separator || IsHump(kind, current, _text, index + width))
                {
                    break;
                }

                kind = current;
                index += width;
            }

            Current = (start, index - start);
            _next = index;
            return true;
        }
    }
}
