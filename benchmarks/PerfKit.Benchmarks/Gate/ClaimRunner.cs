using System.Diagnostics;

namespace PerfKit.Benchmarks.Gate;

/// <summary>Measures a claim, once more before it is called short.</summary>
public sealed class ClaimRunner(IReadOnlyList<KnownShort> knownShort, bool quick)
{
    public async Task<Verdict> RunAsync(Claim claim, Func<Claim> create)
    {
        var started = Stopwatch.GetTimestamp();
        var measured = await MeasureAsync(create);
        if (measured.Value is { } first && !claim.Bar.Holds(first.Value))
        {
            var again = await MeasureAsync(create);
            measured = again.Value is null ? measured : again;
        }

        return new Verdict(
            claim.Area,
            claim.Id,
            measured.Value?.ToString() ?? measured.Fault!,
            measured.Value?.Value,
            claim.Bar.Text,
            Judge(claim, measured.Value),
            Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1)
        );
    }

    private Outcome Judge(Claim claim, Measured? measured) =>
        measured is null ? Outcome.NotRun
        : claim.Bar.Holds(measured.Value) ? Outcome.Ok
        : quick && knownShort.Any(k => k.Area == claim.Area && k.Id == claim.Id) ? Outcome.Known
        : Outcome.Missed;

    /// <summary>A fresh instance each time; whatever it throws becomes the reason it could not run.</summary>
    private static async Task<(Measured? Value, string? Fault)> MeasureAsync(Func<Claim> create)
    {
        var claim = create();
        using var limit = new CancellationTokenSource(claim.Limit);
        try
        {
            return (await claim.MeasureAsync(limit.Token).WaitAsync(limit.Token), null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return (null, $"not done within {claim.Limit.TotalSeconds:0} s");
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{claim.Area} | {claim.Id}: {e}");
            return (null, $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
        }
        finally
        {
            if (claim is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }
    }
}
