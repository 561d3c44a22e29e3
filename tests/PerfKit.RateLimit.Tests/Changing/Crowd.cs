using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Workers that ask for permits, wait, cancel and give back, and what became of it in all.</summary>
internal sealed class Crowd(Limiter limiter, bool isHeld)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long _spent;
    private long _admitted;
    private long _refused;
    private long _waited;

    /// <summary>Permits that do not come back with their lease.</summary>
    public long Spent => Volatile.Read(ref _spent);

    public long Admitted => _admitted;

    public long Refused => _refused;

    /// <summary>Requests that were not decided at once.</summary>
    public long Waited => _waited;

    public async Task WorkAsync(Dice dice, int worker)
    {
        for (var i = 0; i < 3_000; i++)
        {
            using var cancellation = new CancellationTokenSource();
            try
            {
                var permits = (int)dice.Between(0, 5);
                var wait = limiter.AcquireAsync(permits, LimitKey.Of($"{worker}"), cancellation.Token);
                Interlocked.Add(ref _waited, wait.IsCompleted ? 0 : 1);
                if (dice.OneIn(3))
                {
                    await cancellation.CancelAsync();
                }

                using var lease = await wait.AsTask().WaitAsync(Patience);
                Interlocked.Increment(ref lease.IsAcquired ? ref _admitted : ref _refused);
                Interlocked.Add(ref _spent, lease.IsAcquired && !isHeld ? permits : 0);
                await Task.Yield(); // Others come while this one holds its permits.
            }
            catch (OperationCanceledException)
            {
                // One of those that are cancelled.
            }
            catch (ArgumentOutOfRangeException)
            {
                // Asked for more than there were by the limit of that moment.
            }
        }
    }
}
