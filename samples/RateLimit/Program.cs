// A burst of three, then a steady four a second for each tenant; the other tenant does not notice.
using PerfKit.RateLimit;

using var limiter = new KeyedLimiter<string>(
    LimitKey.Of,
    [new LimitOptions { Permits = 3, Period = TimeSpan.FromMilliseconds(750) }]
);

for (var request = 1; request <= 5; request++)
{
    var decision = limiter.Decide("tenant-a");
    Console.WriteLine(
        decision.IsAdmitted
            ? $"request {request}: admitted, {decision.Remaining} left"
            : $"request {request}: refused, again in {decision.RetryAfter.TotalMilliseconds:0} ms"
    );
}

Console.WriteLine(limiter.Explain("tenant-b"));
