using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>What <see cref="QueryRecorder.Begin"/> returns: the statements that ran since. Safe for parallel use.</summary>
public sealed class QueryScope : IDisposable
{
    private readonly QueryRecorder? _recorder;
    private readonly QueryScope? _parent;
    private readonly StatementTable _statements = new();
    private readonly int _atMost;
    private readonly ScopeKind _kind;
    private volatile bool _ended;

    internal QueryScope(string name, int atMost, QueryRecorder? recorder, ScopeKind kind = ScopeKind.Work)
    {
        _kind = kind;
        Name = name;
        _atMost = atMost;
        _recorder = recorder;
        _parent = Hearing.Scope;
        Hearing.Scope = this;
    }

    /// <summary>The name given.</summary>
    public string Name { get; }

    /// <summary>How many statements ran, repeats included; transactions and pragmas do not count.</summary>
    public long Runs => _statements.Runs;

    /// <summary>The statements that ran more often than they may, the most frequent first. A copy.</summary>
    public IReadOnlyList<QueryRepeat> Repeats => _statements.Above(_atMost);

    internal ScopeKind Kind => _kind;

    internal bool Overflowed => _statements.Overflowed;

    /// <summary>Ends it; its recorder logs and counts what was repeated. A scope never disposed says nothing.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        if (Hearing.Scope == this)
        {
            Hearing.Scope = _parent;
        }

        _recorder?.Tell(this);
    }

    /// <summary>Counts it here and in the scopes around. The stack is looked at once a statement and scope.</summary>
    internal void Count(ReadOnlySpan<char> text)
    {
        string? place = null;
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            if (scope._ended || scope._statements.Count(text, out var runs) is not { } statement)
            {
                continue;
            }

            if (runs > scope._atMost)
            {
                statement.FindPlace(ref place);
            }

            if ((scope._kind == ScopeKind.FullBatch && runs == 1) || (scope._kind == ScopeKind.Save && runs > 1))
            {
                return;
            }
        }
    }
}
