namespace FileService.Rollout;

/// <summary>Admits comparisons: a share of the calls, so many a second, so many at once.</summary>
internal sealed class ShadowBudget(ShadowSettings settings, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private long _second = long.MinValue;
    private int _begun;
    private int _running;

    /// <summary>False costs a random number where shadows are on, a comparison where they are off.</summary>
    public bool TryEnter(Operation operation)
    {
        var options = settings.Current;
        var share = options.ShareOf(operation);
        if (share <= 0 || Random.Shared.NextDouble() >= share)
        {
            return false;
        }

        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            if (second != _second)
            {
                (_second, _begun) = (second, 0);
            }

            if (_begun >= options.BudgetPerSecond || _running >= options.MaxConcurrent)
            {
                return false;
            }

            _begun++;
            _running++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            _running--;
        }
    }
}
