using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using static System.FormattableString;

namespace PerfKit.RateLimit.Internal;

/// <summary>The answer to a request that was refused.</summary>
internal sealed class Refusal(string problemType, Func<OnRejectedContext, CancellationToken, ValueTask>? onRejected)
{
    private const string Title = "Request cannot be satisfied as assigned quota has been exceeded";
    private const long JitterShare = 10;

    private readonly string _start =
        $$"""{"type":"{{JsonEncodedText.Encode(problemType)}}","title":"{{Title}}","status":429,"detail":""";

    public Task WriteAsync(
        HttpContext context,
        ReadOnlySpan<PlannedPolicy> planned,
        ReadOnlySpan<RateLimitRequest> requests,
        ReadOnlySpan<RateLimitDecision> decisions
    )
    {
        var detail = new StringBuilder();
        var violated = new StringBuilder();
        var wait = TimeSpan.Zero;
        for (var i = 0; i < planned.Length; i++)
        {
            if (!decisions[i].IsAdmitted)
            {
                var name = planned[i].Policy.Name;
                detail.Append(Describe(name, planned[i].Policy.LimitOf(requests[i].Key)));
                violated.Append(violated.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{name}\"");
                wait = decisions[i].RetryAfter > wait ? decisions[i].RetryAfter : wait;
            }
        }

        var seconds = Seconds.Up(wait);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        var retryAfter = WithJitter(seconds);
        response.Headers.RetryAfter = Invariant($"{retryAfter}");
        response.Headers.CacheControl = "no-store";
        if (onRejected is not null)
        {
            var told = new OnRejectedContext
            {
                HttpContext = context,
                Lease = new RefusedLease(TimeSpan.FromSeconds(retryAfter)),
            };
            return onRejected(told, context.RequestAborted).AsTask();
        }

        var body = Invariant($"{_start}\"{detail}Try again in {seconds} s.\",\"violated-policies\":[{violated}]}}");
        return SendAsync(context, Encoding.UTF8.GetBytes(body));
    }

    /// <summary>
    /// Spreads those who are refused together over a tenth of their wait, or a second: never earlier, or they would all be
    /// back at once.
    /// </summary>
    private static long WithJitter(long seconds)
    {
        var most = (seconds + JitterShare - 1) / JitterShare;
        return seconds + Random.Shared.NextInt64(most + 1);
    }

    private static string Describe(string name, LimitOptions limit) =>
        limit.Algorithm == LimitAlgorithm.Concurrency
            ? Invariant($"The policy '{name}' admits {limit.Permits} at once. ")
            : Invariant($"The policy '{name}' admits {limit.Permits} in {limit.Period.TotalSeconds:0.###} s. ");

    private static async Task SendAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
