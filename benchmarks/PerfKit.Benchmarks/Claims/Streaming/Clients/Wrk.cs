using System.Diagnostics;
using System.Globalization;

namespace PerfKit.Benchmarks.Claims.Streaming.Clients;

/// <summary>Requests as fast as they are answered, from <c>wrk</c> on one thread over kept connections.</summary>
internal static class Wrk
{
    private const string Script = """
        local asked, i = {}, 0
        init = function(paths) for n, path in ipairs(paths) do asked[n] = wrk.format("GET", path) end end
        request = function() i = i % #asked + 1 return asked[i] end
        done = function(all)
          local e = all.errors
          print(string.format("done %d %d %d %d", all.requests, all.bytes, all.duration,
            e.connect + e.read + e.write + e.status + e.timeout))
        end
        """;

    /// <summary>Runs for whole seconds; the bytes received must be those of whole answers and of at most one more a connection.</summary>
    /// <param name="port">Where the server listens on loopback.</param>
    /// <param name="paths">What is asked for, in turn.</param>
    /// <param name="answerBytes">Bytes of one answer, header and body.</param>
    /// <param name="connections">How many are kept.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>Whole answers, and the seconds they took.</returns>
    /// <exception cref="InvalidOperationException">wrk is not installed.</exception>
    /// <exception cref="InvalidDataException">An answer failed or was short.</exception>
    public static async Task<(long Answers, double Seconds)> RunAsync(
        int port,
        IReadOnlyList<string> paths,
        int answerBytes,
        int connections,
        int seconds,
        CancellationToken cancellationToken
    )
    {
        var script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, Script, cancellationToken);
            string[] options = ["-t1", $"-c{connections}", $"-d{seconds}s", "-s", script, $"http://127.0.0.1:{port}/"];
            using var wrk = Process.Start(
                new ProcessStartInfo(Installed.Find("wrk", package: "wrk"), [.. options, .. paths])
                {
                    RedirectStandardOutput = true,
                }
            )!;
            var output = await wrk.StandardOutput.ReadToEndAsync(cancellationToken);
            return Read(output, answerBytes, connections);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static (long Answers, double Seconds) Read(string output, int answerBytes, int connections)
    {
        var done = output.Split('\n').FirstOrDefault(static line => line.StartsWith("done ", StringComparison.Ordinal));
        var numbers = done?.Split(' ')[1..].Select(static n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        if (numbers is not [var answers, var bytes, var microseconds, 0])
        {
            throw new InvalidDataException($"wrk saw answers fail: {output.ReplaceLineEndings(" | ")}");
        }

        return bytes >= answers * answerBytes && bytes < (answers + connections) * answerBytes
            ? (answers, microseconds / 1e6)
            : throw new InvalidDataException($"{answers} answers of {answerBytes} bytes, but {bytes} bytes came.");
    }
}
