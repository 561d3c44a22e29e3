using System.Buffers;
using System.Net;
using System.Text;

namespace FileService.Files.Conversions;

/// <summary>
/// The readable text of an HTML page: tags, comments, scripts and styles left out, character references decoded, blocks on
/// lines of their own. One pass over the page without building a tree, so hostile nesting or endless attributes cost no
/// more than their length. (AngleSharp's parser, tried first, overflows the stack on <c>&lt;!--</c> and 100,000 times
/// <c>--!</c>, which ends the process.)
/// </summary>
internal ref struct HtmlText
{
    private static readonly HashSet<string> Blocks = new(
        (
            "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
            + "footer form h1 h2 h3 h4 h5 h6 head header hr html li main menu nav ol option p pre section select summary table "
            + "tbody tfoot thead title tr ul"
        ).Split(' '),
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" \t\r\n\f/>");

    private readonly ReadOnlySpan<char> _html;
    private readonly StringBuilder _text;
    private int _at;
    private int _preformatted;
    private bool _isSpacePending;

    private HtmlText(ReadOnlySpan<char> html)
    {
        _html = html;
        _text = new StringBuilder(html.Length / 2);
    }

    /// <summary>Extracts the text.</summary>
    public static string Extract(ReadOnlySpan<char> html) => new HtmlText(html).Run();

    private string Run()
    {
        while (_at < _html.Length)
        {
            var rest = _html[_at..];
            var open = rest.IndexOf('<');
            AppendText(open < 0 ? rest : rest[..open]);
            _at = open < 0 ? _html.Length : _at + open;
            if (_at < _html.Length)
            {
                ReadMarkup(_html[_at..]);
            }
        }

        return _text.ToString().Trim() + "\n";
    }

    private void ReadMarkup(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("<!--"))
        {
            SkipComment(rest);
        }
        else if (rest.Length > 1 && char.IsAsciiLetter(rest[1]))
        {
            ReadTag(rest, nameStart: 1);
        }
        else if (rest.Length > 2 && rest[1] == '/' && char.IsAsciiLetter(rest[2]))
        {
            ReadTag(rest, nameStart: 2);
        }
        else if (rest.Length > 1 && rest[1] is '!' or '?' or '/')
        {
            var end = rest.IndexOf('>');
            _at += end < 0 ? rest.Length : end + 1;
        }
        else
        {
            AppendText("<");
            _at++;
        }
    }

    private void SkipComment(ReadOnlySpan<char> rest)
    {
        var body = rest[4..];
        if (body.StartsWith(">") || body.StartsWith("->"))
        {
            _at += body[0] == '>' ? 5 : 6;
            return;
        }

        var end = body.IndexOf("-->", StringComparison.Ordinal);
        var other = (end < 0 ? body : body[..end]).IndexOf("--!>", StringComparison.Ordinal);
        _at +=
            other >= 0 ? 4 + other + 4
            : end >= 0 ? 4 + end + 3
            : rest.Length;
    }

    private void ReadTag(ReadOnlySpan<char> rest, int nameStart)
    {
        var nameLength = rest[nameStart..].IndexOfAny(NameEnds);
        nameLength = nameLength < 0 ? rest.Length - nameStart : nameLength;
        var name = rest.Slice(nameStart, Math.Min(nameLength, 16)).ToString().ToLowerInvariant();
        _at += TagLength(rest, nameStart + nameLength);

        var isEnd = nameStart == 2;
        if (Blocks.Contains(name))
        {
            BreakLine();
            _preformatted += name == "pre" ? (isEnd ? Math.Max(-1, -_preformatted) : 1) : 0;
        }
        else if (name is "td" or "th" && !isEnd && _text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append('\t');
            _isSpacePending = false;
        }

        if (!isEnd && name is "script" or "style" or "iframe" or "noembed" or "noframes" or "template")
        {
            SkipTo(name);
        }
    }

    /// <summary>Up to and with the '&gt;' that ends the tag: not one inside a quoted value.</summary>
    private static int TagLength(ReadOnlySpan<char> rest, int from)
    {
        var isValueNext = false;
        for (var i = from; i < rest.Length; i++)
        {
            var c = rest[i];
            if (c == '>')
            {
                return i + 1;
            }

            if (isValueNext && c is '"' or '\'')
            {
                var close = rest[(i + 1)..].IndexOf(c);
                if (close < 0)
                {
                    return rest.Length;
                }

                i += close + 1;
            }

            isValueNext = c == '=' || (isValueNext && char.IsWhiteSpace(c));
        }

        return rest.Length;
    }

    private void SkipTo(string name)
    {
        var end = _html[_at..].IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase);
        _at = end < 0 ? _html.Length : _at + end;
    }

    private void AppendText(ReadOnlySpan<char> encoded)
    {
        if (encoded.IsEmpty)
        {
            return;
        }

        var decoded = encoded.Contains('&') ? WebUtility.HtmlDecode(encoded.ToString()) : encoded;
        foreach (var c in decoded)
        {
            if (c == '\0')
            {
                continue;
            }

            if (_preformatted == 0 && c is ' ' or '\t' or '\r' or '\n' or '\f')
            {
                _isSpacePending = true;
                continue;
            }

            if (_isSpacePending && _text.Length > 0 && _text[^1] is not ('\n' or '\t'))
            {
                _text.Append(' ');
            }

            _isSpacePending = false;
            _text.Append(c);
        }
    }

    private void BreakLine()
    {
        _isSpacePending = false;
        if (_text.Length > 0 && _text[^1] != '\n')
        {
            _text.Append('\n');
        }
    }
}
