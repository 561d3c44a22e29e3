using FileService.Files;
using PerfKit.Streaming;

namespace FileService.Before;

/// <summary>Contents as one array, whatever their size.</summary>
internal static class WholeContent
{
    /// <exception cref="ProblemException">500: the content does not fit into one array.</exception>
    public static async ValueTask<byte[]> ReadAsync(ContentReader reader, string path, CancellationToken ct)
    {
        if (reader.Length > Array.MaxLength)
        {
            throw new ProblemException(
                StatusCodes.Status500InternalServerError,
                "content-too-large",
                $"'{ProblemException.Shorten(path)}' has {reader.Length} bytes, more than one array holds; switch the "
                    + "operation's After flag on, which streams it."
            );
        }

        var bytes = new byte[reader.Length];
        for (var filled = 0; filled < bytes.Length; )
        {
            var read = await reader.ReadAsync(filled, bytes.AsMemory(filled), ct);
            filled +=
                read > 0 ? read : throw new EndOfStreamException($"'{path}' ends at byte {filled} of {bytes.Length}.");
        }

        return bytes;
    }
}
