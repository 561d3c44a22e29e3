namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>What befalls the connections of one node, drawn from a seed, again and again.</summary>
internal sealed class NodeFaults(NodeStand stand, HistoryNode node, int seed)
{
    private const int MostSkewSeconds = 300;
    private readonly Random _random = new(unchecked((seed * 397) + node.Number));

    /// <summary>How often it was cut.</summary>
    public int Count { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        while (true)
        {
            node.SetClock(TimeSpan.FromSeconds(_random.Next(-MostSkewSeconds, MostSkewSeconds + 1)));
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(100, 1_000)), end)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Because cuts are events in time.
            if (end.IsCancellationRequested)
            {
                return;
            }

            Count += await stand.CutAsync(node, BefallAsync) ? 1 : 0;
        }
    }

    private async Task BefallAsync()
    {
        var proxy = node.Proxy;
        switch (_random.Next(10))
        {
            case 0: // The node believes in connections that are not there.
                proxy.HalfOpen();
                await HoldAsync(300);
                break;
            case 1 or 2: // All is slow, some of it too slow.
                proxy.ToServer.Latency = TimeSpan.FromMilliseconds(_random.Next(60));
                proxy.ToClients.Latency = TimeSpan.FromMilliseconds(_random.Next(60));
                await HoldAsync(300);
                proxy.ToServer.Latency = proxy.ToClients.Latency = TimeSpan.Zero;
                break;
            case 3 or 4: // What is sent arrives late, in one direction or both.
                proxy.ToServer.IsHeld = _random.Next(3) > 0;
                proxy.ToClients.IsHeld = !proxy.ToServer.IsHeld || _random.Next(2) > 0;
                await HoldAsync(600);
                proxy.ToServer.IsHeld = proxy.ToClients.IsHeld = false;
                break;
            case 5 or 6: // In the middle of a command, or of a message.
                (_random.Next(2) == 0 ? proxy.ToServer : proxy.ToClients).CutAfter(_random.Next(20_000));
                await HoldAsync(100);
                break;
            case 7: // Back at once.
                proxy.Reset();
                break;
            default: // Not to be reached for a while.
                proxy.Refuses = true;
                proxy.Reset();
                await HoldAsync(300);
                proxy.Refuses = false;
                break;
        }
    }

    private Task HoldAsync(int mostMilliseconds)
    {
        // Because a span of time is what this is about.
        return Task.Delay(TimeSpan.FromMilliseconds(_random.Next(mostMilliseconds)));
    }
}
