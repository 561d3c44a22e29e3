using System.Diagnostics;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>What a debugger shows of a budget: its figures and its accounts, lowest priority first.</summary>
internal sealed class MemoryBudgetDebugView(MemoryBudget budget)
{
    public long LimitBytes => budget.LimitBytes;

    public long UsedBytes => budget.UsedBytes;

    public long FreeBytes => budget.FreeBytes;

    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public MemoryAccount[] Accounts => [.. budget.Accounts];
}
