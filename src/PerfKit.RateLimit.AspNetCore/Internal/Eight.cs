using System.Runtime.CompilerServices;

namespace PerfKit.RateLimit.Internal;

/// <summary>Room on the stack for as many as an endpoint has policies at most.</summary>
[InlineArray(RateLimitPolicy.MaxTogether)]
internal struct Eight<T>
{
    private T _first;
}
