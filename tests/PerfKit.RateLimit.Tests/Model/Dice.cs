namespace PerfKit.RateLimit.Tests.Model;

/// <summary>Random numbers that a seed alone decides (SplitMix64).</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15;

    /// <summary>From 0 to below the number.</summary>
    public long Below(long number) => (long)(Next() % (ulong)number);

    public long Between(long least, long most) => least + Below(most - least + 1);

    public bool OneIn(int number) => Below(number) == 0;

    /// <summary>Between the two, small ones as likely as large ones.</summary>
    public long Magnitude(long least, long most)
    {
        var bits = Below(64 - long.LeadingZeroCount(most - least) + 1);
        return least + Math.Min(most - least, (long)(Next() & ((1UL << (int)bits) - 1)));
    }

    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
