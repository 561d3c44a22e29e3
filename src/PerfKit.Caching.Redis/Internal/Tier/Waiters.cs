namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>Who waits for another process's claim of a key, woken by messages.</summary>
internal sealed class Waiters
{
    private readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Joins those who wait for a key, before Redis is told of it, so that no message is missed.</summary>
    public Place Enter(string key)
    {
        lock (_gate)
        {
            if (!_queues.TryGetValue(key, out var queue))
            {
                _queues[key] = queue = new Queue();
            }

            queue.Count++;
            return new Place(this, key, queue);
        }
    }

    public void Wake(string key)
    {
        Queue? queue;
        lock (_gate)
        {
            _queues.Remove(key, out queue);
        }

        queue?.Woken.TrySetResult();
    }

    public void WakeAll()
    {
        Queue[] all;
        lock (_gate)
        {
            all = [.. _queues.Values];
            _queues.Clear();
        }

        foreach (var queue in all)
        {
            queue.Woken.TrySetResult();
        }
    }

    /// <summary>One caller's place among them, left on dispose.</summary>
    internal readonly struct Place(Waiters waiters, string key, Queue queue) : IDisposable
    {
        public Task Woken => queue.Woken.Task;

        public void Dispose()
        {
            lock (waiters._gate)
            {
                queue.Count--;
                if (queue.Count == 0 && waiters._queues.TryGetValue(key, out var kept) && kept == queue)
                {
                    waiters._queues.Remove(key);
                }
            }
        }
    }

    internal sealed class Queue
    {
        public int Count { get; set; }

        public TaskCompletionSource Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
