using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// What a Range field asks for of a representation (RFC 9110, 14.1.2, 14.2 and 15.3.7.2). Whatever the field says, it
/// costs the reading of 64 ranges at most and gives 16 parts at most that do not overlap.
/// </summary>
internal readonly record struct RangeSet(RangeKind Kind, ByteRange Single = default, ByteRange[]? Several = null)
{
    private const string Unit = "bytes=";
    private const int MaxFieldCharacters = 4096;
    private const int MaxRanges = 64;
    private const int MaxParts = 16;
    private const int PartOverheadBytes = 80; // A gap smaller than what a part of its own costs is sent along.

    /// <summary>
    /// Reads the field. Other units, malformed and immoderate fields are <see cref="RangeKind.Whole"/>: a server may
    /// ignore the field, and the whole is never wrong.
    /// </summary>
    public static RangeSet Parse(StringValues field, long length)
    {
        if (
            field is not [{ Length: <= MaxFieldCharacters } text]
            || !text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)
        )
        {
            return default;
        }

        Span<Piece> pieces = stackalloc Piece[MaxRanges];
        var (specs, count) = (0, 0);
        var list = text.AsSpan(Unit.Length);
        foreach (var element in list.Split(','))
        {
            var spec = list[element].Trim(" \t");
            if (spec.IsEmpty)
            {
                continue;
            }

            if (++specs > MaxRanges || !TryRead(spec, length, out var range))
            {
                return default;
            }

            if (range.Length > 0)
            {
                pieces[count] = new Piece(range.Offset, range.End, count);
                count++;
            }
        }

        return specs == 0 ? default
            : count == 0 ? new RangeSet(RangeKind.Unsatisfiable)
            : specs == 1 ? new RangeSet(RangeKind.Single, pieces[0].Range)
            : Coalesce(pieces[..count], length);
    }

    /// <summary>
    /// Joins what overlaps or nearly touches, wherever it stands in the field; the parts keep the order of the field, a
    /// joined one at its first place. As many bytes as the whole, or too many parts, are the whole.
    /// </summary>
    private static RangeSet Coalesce(Span<Piece> pieces, long length)
    {
        pieces.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        var last = 0;
        foreach (var piece in pieces[1..])
        {
            if (piece.Offset - pieces[last].End < PartOverheadBytes)
            {
                pieces[last] = pieces[last].Join(piece);
            }
            else
            {
                pieces[++last] = piece;
            }
        }

        var parts = pieces[..(last + 1)];
        long bytes = 0;
        foreach (var part in parts)
        {
            bytes += part.Range.Length;
        }

        if (bytes >= length || parts.Length > MaxParts)
        {
            return default;
        }

        if (parts.Length == 1)
        {
            return new RangeSet(RangeKind.Single, parts[0].Range);
        }

        parts.Sort(static (a, b) => a.Place.CompareTo(b.Place));
        var several = new ByteRange[parts.Length];
        for (var i = 0; i < several.Length; i++)
        {
            several[i] = parts[i].Range;
        }

        return new RangeSet(RangeKind.Several, Several: several);
    }

    /// <summary>Reads one range, clamped; of length 0 when it is not satisfiable. False when it is none.</summary>
    private static bool TryRead(ReadOnlySpan<char> spec, long length, out ByteRange range)
    {
        range = default;
        var dash = spec.IndexOf('-');
        if (dash < 0)
        {
            return false;
        }

        var first = spec[..dash];
        var last = spec[(dash + 1)..];
        if (!IsNumber(first) || !IsNumber(last) || (first.IsEmpty && last.IsEmpty))
        {
            return false;
        }

        if (first.IsEmpty)
        {
            var count = Math.Min(Number(last), length);
            range = new ByteRange(length - count, count);

            // The last bytes of nothing are satisfiable, but Content-Range cannot say them: the whole says them.
            return count > 0 || Number(last) == 0;
        }

        var start = Number(first);
        var end = last.IsEmpty ? long.MaxValue : Number(last);
        if (end < start)
        {
            return false;
        }

        range = start < length ? new ByteRange(start, Math.Min(end, length - 1) - start + 1) : default;
        return true;
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) => !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>Numbers beyond any content are the same as the largest.</summary>
    private static long Number(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;

    private readonly record struct Piece(long Offset, long End, int Place)
    {
        public ByteRange Range => new(Offset, End - Offset);

        public Piece Join(Piece later) => new(Offset, Math.Max(End, later.End), Math.Min(Place, later.Place));
    }
}

internal enum RangeKind
{
    Whole,
    Single,
    Several,
    Unsatisfiable,
}
