using System.Diagnostics.Metrics;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>The instruments of a container's budget; accounts of one name are added up.</summary>
internal sealed class MemoryMetrics
{
    private readonly MemoryBudget _budget;

    public MemoryMetrics(MemoryBudget budget, IMeterFactory? meters)
    {
        _budget = budget;
        if (meters?.Create(CacheMetrics.Name) is not { } meter)
        {
            return;
        }

        meter.CreateObservableUpDownCounter(
            "perfkit.memory.limit",
            () => budget.LimitBytes,
            "By",
            "Most bytes all accounts hold together."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.memory.free",
            () => budget.FreeBytes,
            "By",
            "Bytes in free blocks, kept for reuse."
        );
        meter.CreateObservableUpDownCounter(
            "perfkit.memory.used",
            () => Observe(static s => s.UsedBytes),
            "By",
            "Bytes an account holds."
        );
        meter.CreateObservableCounter(
            "perfkit.memory.refused",
            () => Observe(static s => s.Refusals),
            "{reservation}",
            "Reservations refused to an account."
        );
        meter.CreateObservableCounter(
            "perfkit.memory.given_back",
            () => Observe(static s => s.GivenBackBytes),
            "By",
            "Bytes an account gave back when asked."
        );
    }

    private List<Measurement<long>> Observe(Func<MemoryAccountStatistics, long> figure) =>
        _budget
            .Accounts.GroupBy(static account => account.Name)
            .Select(group => new Measurement<long>(
                group.Sum(account => figure(account.GetStatistics())),
                new KeyValuePair<string, object?>("account.name", group.Key)
            ))
            .ToList();
}
