namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// The deadlines of all commands under way: one list and one timer, which runs only while something is under way. A
/// timer a command would cost more than the rest of a hit.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly List<DeadlineNode> _due = [];
    private DeadlineNode? _first;
    private long _looked; // When the timer was last armed.
    private bool _isRunning;

    public Deadlines(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(
            static state => ((Deadlines)state!).Look(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>The result of a command, or what says that it took too long. The command itself goes on.</summary>
    public ValueTask<T> WithinAsync<T>(Task<T> command, Wait wait, CancellationToken cancellationToken)
    {
        if (command.IsCompletedSuccessfully)
        {
            return new ValueTask<T>(command.Result);
        }

        return Reply<T>.Start(this, command, wait, cancellationToken);
    }

    private long MostLateTicks => (long)(2 * Step.TotalSeconds * _time.TimestampFrequency);

    public void Add(DeadlineNode node, TimeSpan limit)
    {
        node.Due = _time.GetTimestamp() + (long)(limit.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            node.IsListed = true;
            node.Previous = null;
            node.Next = _first;
            if (_first is not null)
            {
                _first.Previous = node;
            }

            _first = node;
            if (!_isRunning)
            {
                Arm();
            }
        }
    }

    public void Remove(DeadlineNode node)
    {
        lock (_gate)
        {
            Unlink(node);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            // A timer that comes late tells that this process stood still, not Redis: the answers may be here unread.
            var late = now - _looked - MostLateTicks;
            for (var node = _first; node is not null; )
            {
                var next = node.Next;
                node.Due += Math.Max(late, 0);
                if (node.Due <= now)
                {
                    Unlink(node);
                    if (node.TryExpire())
                    {
                        _due.Add(node);
                    }
                }

                node = next;
            }
        }

        foreach (var node in _due) // Only this timer's callback uses it, and it is armed again below.
        {
            node.Expire();
        }

        _due.Clear();
        lock (_gate)
        {
            _isRunning = false;
            if (_first is not null)
            {
                Arm();
            }
        }
    }

    private void Arm()
    {
        _isRunning = true;
        _looked = _time.GetTimestamp();
        _timer.Change(Step, Timeout.InfiniteTimeSpan);
    }

    private void Unlink(DeadlineNode node)
    {
        if (!node.IsListed)
        {
            return;
        }

        node.IsListed = false;
        if (node.Previous is null)
        {
            _first = node.Next;
        }
        else
        {
            node.Previous.Next = node.Next;
        }

        if (node.Next is not null)
        {
            node.Next.Previous = node.Previous;
        }
    }
}
