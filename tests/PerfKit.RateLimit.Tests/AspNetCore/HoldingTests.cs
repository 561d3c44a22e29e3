using System.Net;
using Microsoft.AspNetCore.Builder;

namespace PerfKit.RateLimit.Tests.AspNetCore;

/// <summary>Requests that hold permits while they run, and requests that wait for them.</summary>
public sealed class HoldingTests
{
    [Fact]
    public async Task A_request_holds_its_permit_until_it_has_ended()
    {
        var gate = new Gate();
        await using var app = await StartAsync(gate, static o => o.Shared = false);
        var running = app.Client.GetAsync("/slow");
        await gate.Entered.WaitAsync();

        using var refused = await app.Client.GetAsync("/slow");
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Field("RateLimit-Policy").Should().Be("\"slots\";q=1;qu=\"concurrent-requests\"");
        refused.Field("RateLimit").Should().Be("\"slots\";r=0");
        refused.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));

        gate.Leave.Release();
        using var ended = await running;
        ended.Field("RateLimit").Should().Be("\"slots\";r=0");
        gate.Leave.Release();
        (await app.StatusAsync("/slow")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_failed_request_gives_its_permit_back()
    {
        await using var app = await StartAsync(new Gate(), static o => o.Shared = false);

        (await app.StatusAsync("/fails")).Should().Be(HttpStatusCode.InternalServerError);
        (await app.StatusAsync("/fails")).Should().Be(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task A_request_waits_in_the_queue_of_a_shared_policy_until_another_has_ended()
    {
        var gate = new Gate();
        await using var app = await StartAsync(gate, static o => o.QueueLimit = 1);
        var first = app.Client.GetAsync("/slow");
        await gate.Entered.WaitAsync();
        var waiting = app.Client.GetAsync("/slow");
        await app.QueuedAsync("slots");

        (await app.StatusAsync("/slow")).Should().Be(HttpStatusCode.TooManyRequests, "the queue is full");
        gate.Leave.Release(2);

        using var one = await first;
        using var other = await waiting;
        one.StatusCode.Should().Be(HttpStatusCode.OK);
        other.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static Task<LimitedApp> StartAsync(Gate gate, Action<RateLimitPolicyOptions> configure) =>
        LimitedApp.StartAsync(
            o =>
            {
                var slots = new RateLimitPolicyOptions
                {
                    Algorithm = LimitAlgorithm.Concurrency,
                    Permits = 1,
                    By = "all",
                    Shared = true,
                };
                configure(slots);
                o.Policies["slots"] = slots;
            },
            app =>
            {
                app.UsePerfKitRateLimit();
                app.MapGet("/slow", gate.RunAsync).RequirePerfKitRateLimit("slots");
                app.MapGet("/fails", string () => throw new InvalidTimeZoneException())
                    .RequirePerfKitRateLimit("slots");
            }
        );

    private sealed class Gate
    {
        public SemaphoreSlim Entered { get; } = new(0);

        public SemaphoreSlim Leave { get; } = new(0);

        public async Task<string> RunAsync()
        {
            Entered.Release();
            await Leave.WaitAsync();
            return "done";
        }
    }
}
