namespace PerfKit.TestKit.Histories;

/// <summary>Does steps on nodes and records them.</summary>
internal sealed class CachePlayer(ICacheNodes nodes, CacheHistory history)
{
    private readonly Dictionary<int, Task> _writing = [];

    public async Task PlayAsync(CacheStep step)
    {
        switch (step.Kind)
        {
            case CacheOperationKind.Read:
                var read = history.BeginRead(step.Node, step.Key);
                read.End(await nodes.ReadAsync(step.Node, step.Key, () => LoadAsync(step.Key)));
                break;
            case CacheOperationKind.Hear:
                var hear = history.BeginHear(step.Node);
                await nodes.HearAsync(step.Node);
                hear.End();
                break;
            case CacheOperationKind.Cut:
                var cut = history.BeginCut(step.Node);
                await nodes.CutAsync(step.Node);
                cut.End();
                break;
            case CacheOperationKind.Connect:
                var connect = history.BeginConnect(step.Node);
                await nodes.ConnectAsync(step.Node);
                connect.End();
                break;
            default:
                await WriteAsync(step);
                break;
        }
    }

    private async Task WriteAsync(CacheStep step)
    {
        var done = new TaskCompletionSource(); // The next one begins within the turn.
        if (step.Number % 2 == 0)
        {
            Task? before;
            lock (_writing)
            {
                before = _writing.GetValueOrDefault(step.Number);
                _writing[step.Number] = done.Task;
            }

            await (before ?? Task.CompletedTask);
        }

        try
        {
            var write = history.BeginWrite(step.Node, step.Kind, step.Key);
            await SeededSchedule.PointAsync();
            await nodes.WriteAsync(step.Node, step.Kind, step.Key, write.Value);
            write.End();
        }
        finally
        {
            done.SetResult();
        }
    }

    private async ValueTask<long> LoadAsync(string key)
    {
        await SeededSchedule.PointAsync();
        var value = history.Source(key);
        await SeededSchedule.PointAsync();
        return value;
    }
}
