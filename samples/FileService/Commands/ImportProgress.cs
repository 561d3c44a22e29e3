using System.Globalization;
using FileService.Files;
using Spectre.Console;

namespace FileService.Commands;

/// <summary>Shows an import: a bar with files/s, MB/s and the time left on a terminal, a line every few seconds elsewhere.</summary>
internal static class ImportProgress
{
    private static readonly TimeSpan BarTick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineTick = TimeSpan.FromSeconds(5);

    public static Task ShowAsync(ImportTally tally, Func<CancellationToken, Task> import, CancellationToken ct) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? BarAsync(tally, import, ct)
            : LinesAsync(tally, import, ct);

    private static Task BarAsync(ImportTally tally, Func<CancellationToken, Task> import, CancellationToken ct) =>
        AnsiConsole
            .Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn()
            )
            .StartAsync(context =>
            {
                var bar = context.AddTask("importing", maxValue: Math.Max(1, tally.TotalBytes));
                return FollowAsync(
                    import,
                    BarTick,
                    elapsed =>
                    {
                        bar.Value = tally.Bytes;
                        bar.Description = Rates(tally, elapsed);
                    },
                    ct
                );
            });

    private static Task LinesAsync(ImportTally tally, Func<CancellationToken, Task> import, CancellationToken ct) =>
        FollowAsync(import, LineTick, elapsed => Console.WriteLine(Rates(tally, elapsed)), ct);

    private static async Task FollowAsync(
        Func<CancellationToken, Task> import,
        TimeSpan tick,
        Action<TimeSpan> show,
        CancellationToken ct
    )
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var running = import(ct);
        using var timer = new PeriodicTimer(tick, clock);
        var next = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await Task.WhenAny(running, next) == next)
        {
            show(clock.GetElapsedTime(started));
            next = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        }

        await running;
        show(clock.GetElapsedTime(started));
    }

    private static string Rates(ImportTally tally, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 0.001);
        var bytesLeft = tally.TotalBytes - tally.Bytes;
        var left = tally.Bytes == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(bytesLeft * seconds / tally.Bytes);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.Done:N0} of {tally.Total:N0} files, {tally.Done / seconds:N0} files/s, "
                + $"{tally.Bytes / seconds / 1e6:N1} MB/s, {left:hh\\:mm\\:ss} left"
        );
    }
}
