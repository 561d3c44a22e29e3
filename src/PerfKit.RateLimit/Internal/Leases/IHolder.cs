namespace PerfKit.RateLimit.Internal.Leases;

/// <summary>What takes back the permits of a <see cref="HeldLease"/>.</summary>
internal interface IHolder
{
    void Return(int permits, int place);
}
