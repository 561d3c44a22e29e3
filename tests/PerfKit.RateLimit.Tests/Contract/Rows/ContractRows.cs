namespace PerfKit.RateLimit.Tests.Contract.Rows;

/// <summary>
/// What System.Threading.RateLimiting documents and does. A row stands here only if the framework's own limiters keep it,
/// or says which of them do not.
/// </summary>
public static partial class ContractRows
{
    public static IReadOnlyList<Row> All { get; } =
    [
        .. Requests,
        .. Refusals,
        .. Leases,
        .. Queues,
        .. Evictions,
        .. Cancellations,
        .. Disposals,
        .. Idling,
        .. Statistics,
        .. HugeLimits,
        .. Awaiting,
        .. Wrappers,
    ];

    private static Row Every(string says, Action<Subject> check) => Every(says, Async(check));

    private static Row Every(string says, Func<Subject, Task> check) => new(says, On.Every, check);

    private static Row Held(string says, Action<Subject> check) => new(says, On.Held, Async(check));

    private static Row Timed(string says, Action<Subject> check, string? theirFaults = null) =>
        new(says, On.Timed, Async(check), theirFaults);

    private static Func<Subject, Task> Async(Action<Subject> check) =>
        subject =>
        {
            check(subject);
            return Task.CompletedTask;
        };
}
