using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal;

/// <summary>What a Range field asks for of a representation (RFC 9110, 14.1.2 and 14.2).</summary>
internal readonly record struct RangeSet(RangeKind Kind, ByteRange Single = default)
{
    private const string Unit = "bytes=";

    /// <summary>
    /// Reads one range. Several ranges, other units and malformed fields are <see cref="RangeKind.Whole"/>: a server may ignore
    /// the field, and the whole is never wrong.
    /// </summary>
    public static RangeSet Parse(StringValues field, long length)
    {
        if (field.Count != 1 || field[0] is not { } text || !text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        var spec = text.AsSpan(Unit.Length).Trim(" \t");
        var dash = spec.IndexOf('-');
        if (dash < 0)
        {
            return default;
        }

        var first = spec[..dash];
        var last = spec[(dash + 1)..];
        if (!IsNumber(first) || !IsNumber(last) || (first.IsEmpty && last.IsEmpty))
        {
            return default;
        }

        return first.IsEmpty ? Suffix(Number(last), length) : Between(first, last, length);
    }

    private static RangeSet Suffix(long count, long length)
    {
        if (count == 0)
        {
            return new RangeSet(RangeKind.Unsatisfiable);
        }

        // The last bytes of nothing are nothing, which Content-Range cannot say: the whole says it.
        count = Math.Min(count, length);
        return count == 0 ? default : new RangeSet(RangeKind.Single, new ByteRange(length - count, count));
    }

    private static RangeSet Between(ReadOnlySpan<char> first, ReadOnlySpan<char> last, long length)
    {
        var start = Number(first);
        var end = last.IsEmpty ? long.MaxValue : Number(last);
        if (end < start)
        {
            return default;
        }

        return start >= length
            ? new RangeSet(RangeKind.Unsatisfiable)
            : new RangeSet(RangeKind.Single, new ByteRange(start, Math.Min(end, length - 1) - start + 1));
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) => !digits.ContainsAnyExceptInRange('0', '9');

    /// <summary>Numbers beyond any content are the same as the largest.</summary>
    private static long Number(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}

internal enum RangeKind
{
    Whole,
    Single,
    Unsatisfiable,
}
