using System.Buffers;
using System.Diagnostics;

namespace PerfKit.Streaming.Internal;

/// <summary>Finds a short needle in lent segments with the vectorised search, also where it lies over a seam.</summary>
internal static class SequenceSearch
{
    /// <summary>Longest needle: a boundary of 70 characters behind CR LF and two dashes.</summary>
    public const int MaxNeedleBytes = 74;

    public static long IndexOf(in ReadOnlySequence<byte> bytes, ReadOnlySpan<byte> needle)
    {
        Debug.Assert(needle.Length is > 0 and <= MaxNeedleBytes, "The seam has room for two needles.");
        if (bytes.IsSingleSegment)
        {
            return bytes.FirstSpan.IndexOf(needle);
        }

        Span<byte> seam = stackalloc byte[2 * MaxNeedleBytes]; // The end of what came before, then the begin of what comes.
        var carried = 0;
        var start = 0L;
        var keep = needle.Length - 1;
        foreach (var segment in bytes)
        {
            var span = segment.Span;
            var head = Math.Min(span.Length, keep);
            span[..head].CopyTo(seam[carried..]);
            var found = seam[..(carried + head)].IndexOf(needle);
            if (found >= 0)
            {
                return start - carried + found;
            }

            found = span.IndexOf(needle);
            if (found >= 0)
            {
                return start + found;
            }

            if (span.Length > keep)
            {
                span[^keep..].CopyTo(seam);
                carried = keep;
            }
            else
            {
                var dropped = Math.Max(0, carried + head - keep);
                seam[dropped..(carried + head)].CopyTo(seam);
                carried += head - dropped;
            }

            start += span.Length;
        }

        return -1;
    }
}
