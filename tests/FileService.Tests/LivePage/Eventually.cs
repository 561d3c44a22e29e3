using System.Diagnostics;

namespace FileService.Tests.LivePage;

/// <summary>Waits for what another process or thread is about to do.</summary>
internal static class Eventually
{
    /// <summary>Asks until it is true; ten seconds later it is a failure.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(10));
            await timer.WaitForNextTickAsync();
        }
    }
}
