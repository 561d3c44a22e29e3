using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>The part of a content that a Range field asks for (RFC 9110, 14.1.2).</summary>
internal readonly record struct ByteRange(RangeKind Kind, long Offset = 0, long Length = 0)
{
    private const string Unit = "bytes=";

    /// <summary>
    /// Reads one range. Several ranges, other units and malformed fields are <see cref="RangeKind.Whole"/>: a server may ignore
    /// the field, and the whole is never wrong.
    /// </summary>
    public static ByteRange Parse(StringValues field, long contentLength)
    {
        var whole = new ByteRange(RangeKind.Whole, 0, contentLength);
        if (field.Count != 1 || field[0] is not { } text || !text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return whole;
        }

        var spec = text.AsSpan(Unit.Length).Trim(" \t");
        var dash = spec.IndexOf('-');
        if (dash < 0)
        {
            return whole;
        }

        var first = spec[..dash];
        var last = spec[(dash + 1)..];
        if (!IsNumber(first) || !IsNumber(last) || (first.IsEmpty && last.IsEmpty))
        {
            return whole;
        }

        return first.IsEmpty ? Suffix(Number(last), contentLength) : Between(first, last, contentLength);
    }

    private static ByteRange Suffix(long count, long contentLength)
    {
        if (count == 0)
        {
            return new ByteRange(RangeKind.Unsatisfiable);
        }

        // The last bytes of nothing are nothing, which Content-Range cannot say: the whole says it.
        var length = Math.Min(count, contentLength);
        return new ByteRange(length == 0 ? RangeKind.Whole : RangeKind.Part, contentLength - length, length);
    }

    private static ByteRange Between(ReadOnlySpan<char> first, ReadOnlySpan<char> last, long contentLength)
    {
        var start = Number(first);
        var end = last.IsEmpty ? long.MaxValue : Number(last);
        if (end < start)
        {
            return new ByteRange(RangeKind.Whole, 0, contentLength);
        }

        return start >= contentLength
            ? new ByteRange(RangeKind.Unsatisfiable)
            : new ByteRange(RangeKind.Part, start, Math.Min(end, contentLength - 1) - start + 1);
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) => !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>Numbers beyond any content are the same as the largest.</summary>
    private static long Number(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}

internal enum RangeKind
{
    Whole,
    Part,
    Unsatisfiable,
}
