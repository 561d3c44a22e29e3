using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using FileService.Files;
using Microsoft.AspNetCore.Http.Features;

namespace FileService.Endpoints;

/// <summary>
/// The path as the client sent it. The server resolves dot segments before routing, which would quietly turn
/// <c>files/../x</c> into another resource; here they are refused instead.
/// </summary>
internal static class RequestPath
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    public static void RefuseTraversal(HttpContext context)
    {
        var raw = Raw(context);
        if (!raw.Contains('.') && !raw.Contains('%'))
        {
            return;
        }

        foreach (var segment in raw.ToString().Split('/'))
        {
            var decoded = Uri.UnescapeDataString(segment).Replace('\\', '/');
            if (decoded.Split('/').Any(static part => part is "." or ".."))
            {
                throw ProblemException.BadRequest(
                    "invalid-path",
                    $"The path holds '{ProblemException.Shorten(segment)}'; dot segments are refused.",
                    "path"
                );
            }
        }
    }

    /// <summary>The file path after <c>/files/</c>, decoded once and checked.</summary>
    public static string FilePathOf(HttpContext context)
    {
        var raw = Raw(context).ToString();
        var start = raw.IndexOf("/files/", StringComparison.OrdinalIgnoreCase);
        if (!TryDecode(start < 0 ? "" : raw[(start + "/files/".Length)..], out var decoded))
        {
            throw ProblemException.BadRequest(
                "invalid-path",
                $"The path '{ProblemException.Shorten(raw)}' is not percent-encoded UTF-8.",
                "path"
            );
        }

        return FilePath.TryNormalize(decoded, out var path, out var error)
            ? path
            : throw ProblemException.BadRequest("invalid-path", error, "path");
    }

    /// <summary>Percent-decodes once; false when the bytes are not UTF-8.</summary>
    private static bool TryDecode(string encoded, out string decoded)
    {
        var bytes = new List<byte>(encoded.Length);
        for (var i = 0; i < encoded.Length; i++)
        {
            var digits = encoded.AsSpan(i + 1, Math.Min(2, encoded.Length - i - 1));
            if (encoded[i] == '%' && digits.Length == 2 && !digits.ContainsAnyExcept(HexDigits))
            {
                bytes.Add(Convert.FromHexString(digits)[0]);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(encoded, i, 1));
            }
        }

        var utf8 = CollectionsMarshal.AsSpan(bytes);
        decoded = Encoding.UTF8.GetString(utf8);
        return Utf8.IsValid(utf8);
    }

    private static ReadOnlySpan<char> Raw(HttpContext context)
    {
        ReadOnlySpan<char> target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?');
        target = query < 0 ? target : target[..query];
        return target.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? context.Request.Path.Value : target;
    }
}
