using Microsoft.Extensions.Primitives;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>The codings a client would rather have than identity, best first (RFC 9110, 12.5.3). Allocates nothing.</summary>
/// <param name="Best">The first choice; identity when there is none.</param>
/// <param name="Next">The second; identity when there is none.</param>
internal readonly record struct AcceptedCodings(ContentCoding Best, ContentCoding Next)
{
    public bool Contains(ContentCoding coding) =>
        coding != ContentCoding.Identity && (coding == Best || coding == Next);

    public static AcceptedCodings Parse(StringValues field)
    {
        var weights = new Weights();
        foreach (var line in field)
        {
            Read(line, ref weights);
        }

        return weights.Order();
    }

    private static void Read(ReadOnlySpan<char> line, ref Weights weights)
    {
        foreach (var range in line.Split(',')) // The grammar has tokens only, so a comma always separates.
        {
            var element = line[range].Trim(" \t");
            var end = element.IndexOf(';');
            var name = end < 0 ? element : element[..end].TrimEnd(" \t");
            weights.Note(name, end < 0 ? Weights.Full : Weight(element[(end + 1)..].TrimStart(" \t")));
        }
    }

    /// <summary>Thousandths, or <see cref="Weights.Malformed"/>.</summary>
    private static int Weight(ReadOnlySpan<char> text)
    {
        if (text.Length is < 3 or > 7 || text[0] is not ('q' or 'Q') || text[1] != '=' || text[2] is not ('0' or '1'))
        {
            return Weights.Malformed;
        }

        var weight = text[2] == '1' ? Weights.Full : 0;
        var digits = text[3..];
        if (!digits.IsEmpty && digits[0] != '.')
        {
            return Weights.Malformed;
        }

        var worth = 100;
        foreach (var digit in digits.IsEmpty ? digits : digits[1..])
        {
            if (!char.IsAsciiDigit(digit))
            {
                return Weights.Malformed;
            }

            weight += (digit - '0') * worth;
            worth /= 10;
        }

        return weight <= Weights.Full ? weight : Weights.Malformed;
    }

    private struct Weights()
    {
        public const int Full = 1000;
        public const int Malformed = -1;
        private const int Unnamed = int.MaxValue;

        private int _brotli = Unnamed;
        private int _gzip = Unnamed;
        private int _identity = Unnamed;
        private int _any = Unnamed;

        public void Note(ReadOnlySpan<char> name, int weight)
        {
            if (Is(name, "br"))
            {
                Lower(ref _brotli, Math.Max(weight, 0));
            }
            else if (Is(name, "gzip") || Is(name, "x-gzip"))
            {
                Lower(ref _gzip, Math.Max(weight, 0));
            }
            else if (weight != Malformed && Is(name, "identity"))
            {
                Lower(ref _identity, weight);
            }
            else if (weight != Malformed && name is "*")
            {
                Lower(ref _any, weight);
            }
        }

        public readonly AcceptedCodings Order()
        {
            var any = _any == Unnamed ? 0 : _any;
            var identity = _identity == Unnamed ? 0 : _identity;
            var brotli = _brotli == Unnamed ? any : _brotli;
            var gzip = _gzip == Unnamed ? any : _gzip;
            var first = brotli > 0 && brotli >= identity ? ContentCoding.Brotli : ContentCoding.Identity;
            var second = gzip > 0 && gzip >= identity ? ContentCoding.Gzip : ContentCoding.Identity;
            var turned = first == ContentCoding.Identity || (second != ContentCoding.Identity && gzip > brotli);
            return turned ? new AcceptedCodings(second, first) : new AcceptedCodings(first, second);
        }

        private static bool Is(ReadOnlySpan<char> name, string coding) =>
            name.Equals(coding, StringComparison.OrdinalIgnoreCase);

        private static void Lower(ref int weight, int to) => weight = Math.Min(weight, to);
    }
}
