using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PerfKit.RateLimit.Tests.AspNetCore;

/// <summary>What an admitted and what a refused caller is told.</summary>
public sealed class MiddlewareTests : IAsyncLifetime
{
    private LimitedApp _app = null!;

    public async Task InitializeAsync() =>
        _app = await LimitedApp.StartAsync(
            static o =>
            {
                o.Policies["reads"] = new()
                {
                    Permits = 3,
                    Period = TimeSpan.FromSeconds(0.75),
                    By = "key",
                };
                o.Policies["slow"] = new()
                {
                    Permits = 1,
                    Period = TimeSpan.FromSeconds(3.3),
                    By = "key",
                };
                o.Policies["daily"] = new()
                {
                    Permits = 10,
                    Period = TimeSpan.FromDays(1),
                    By = "key",
                };
                o.Policies["large"] = new()
                {
                    Permits = 123_456,
                    Period = TimeSpan.FromDays(100),
                    By = "key",
                };
                o.Policies["tried"] = new()
                {
                    Permits = 1,
                    Period = TimeSpan.FromDays(1),
                    By = "key",
                    Shadow = true,
                };
            },
            static app =>
            {
                app.UseExceptionHandler("/error");
                app.UseStatusCodePagesWithReExecute("/error");
                app.UsePerfKitRateLimit(LimitedApp.ByField);
                app.MapGet("/free", () => "free");
                app.MapGet("/reads", () => "read").RequirePerfKitRateLimit("reads");
                app.MapGet("/large", () => "read").RequirePerfKitRateLimit("large");
                app.MapGet("/tried", () => "read").RequirePerfKitRateLimit("tried");
                app.MapMethods("/slow", ["GET", "HEAD"], () => "slow").RequirePerfKitRateLimit("slow");
                app.MapGet("/both", () => "both").RequirePerfKitRateLimit("reads", "daily");
                app.MapGet("/costly", () => "costly").RequirePerfKitRateLimit("daily").WithRateLimitCost(4);
                app.MapGet("/fails", string () => throw new InvalidTimeZoneException())
                    .RequirePerfKitRateLimit("reads");
                app.MapGet("/lost", () => Results.NotFound()).RequirePerfKitRateLimit("reads");
                app.Map("/error", () => Results.Problem()).RequirePerfKitRateLimit("reads");
            }
        );

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task An_admitted_request_carries_the_rate_limit_fields()
    {
        using var answer = await _app.Client.GetAsync("/reads");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Field("RateLimit-Policy").Should().Be("\"reads\";q=3;w=1");
        answer.Field("RateLimit").Should().Be("\"reads\";r=2;t=1");
        answer.Headers.RetryAfter.Should().BeNull();
    }

    [Fact]
    public async Task A_refused_request_is_a_problem_with_the_fields_and_retry_after()
    {
        await _app.SpendAsync("/reads", 3);

        using var answer = await _app.Client.GetAsync("/reads");

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        answer.Content.Headers.ContentType!.ToString().Should().Be("application/problem+json");
        answer.Field("RateLimit-Policy").Should().Be("\"reads\";q=3;w=1");
        answer.Field("RateLimit").Should().Be("\"reads\";r=0;t=1");
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.Should().BeOneOf(1, 2);
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem
            .GetRawText()
            .Should()
            .Be(
                """{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Request cannot be satisfied as assigned quota has been exceeded","status":429,"detail":"The policy 'reads' admits 3 in 0.75 s. Try again in 1 s.","violated-policies":["reads"]}"""
            );
    }

    [Fact]
    public async Task Retry_after_is_never_early_and_spreads_the_refused_over_a_tenth()
    {
        await _app.SpendAsync("/slow", 1);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 64; i++)
        {
            using var refused = await _app.Client.GetAsync("/slow");
            refused.Field("RateLimit").Should().Be("\"slow\";r=0;t=4");
            waits.Add(refused.Headers.RetryAfter!.Delta!.Value);
        }

        waits.Distinct().Should().BeEquivalentTo([TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5)]);
        _app.Clock.Advance(waits.Min());
        (await _app.StatusAsync("/slow")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_long_wait_is_spread_wider()
    {
        await _app.SpendAsync("/costly", 2);

        using var refused = await _app.Client.GetAsync("/costly"); // 2 of 10 a day are left: 4 in 4.8 hours.

        var seconds = refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds;
        seconds.Should().BeInRange(17_280, 17_280 * 1.1);
        refused.Field("RateLimit").Should().Be("\"daily\";r=2;t=17280");
    }

    [Fact]
    public async Task A_refused_head_request_has_no_body()
    {
        await _app.SpendAsync("/slow", 1);

        using var head = new HttpRequestMessage(HttpMethod.Head, "/slow");
        using var answer = await _app.Client.SendAsync(head);

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        answer.Content.Headers.ContentLength.Should().BePositive("it is the length that GET would have");
        (await answer.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_without_a_key_or_policy_is_not_limited()
    {
        using var anonymous = new HttpClient { BaseAddress = _app.Client.BaseAddress };
        for (var i = 0; i < 5; i++)
        {
            using var keyless = await anonymous.GetAsync("/reads");
            using var free = await _app.Client.GetAsync("/free");

            keyless.StatusCode.Should().Be(HttpStatusCode.OK);
            keyless.Headers.Contains("RateLimit").Should().BeFalse();
            free.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData("/fails", HttpStatusCode.InternalServerError)] // Runs /error too, which has the policy as well.
    [InlineData("/lost", HttpStatusCode.InternalServerError)]
    public async Task A_request_whose_pipeline_runs_again_spends_one_permit(string path, HttpStatusCode status)
    {
        (await _app.StatusAsync(path)).Should().Be(status);

        (await _app.LeftAsync("/reads")).Should().StartWith("\"reads\";r=1;");
    }

    [Fact]
    public async Task Several_policies_stand_in_both_fields_and_are_spent_together()
    {
        using var answer = await _app.Client.GetAsync("/both");

        answer.Field("RateLimit-Policy").Should().Be("\"reads\";q=3;w=1, \"daily\";q=10;w=86400");
        answer.Field("RateLimit").Should().Be("\"reads\";r=2;t=1, \"daily\";r=9;t=8640");
    }

    [Fact]
    public async Task A_request_that_one_policy_refuses_has_spent_of_no_other()
    {
        await _app.SpendAsync("/both", 3);
        for (var i = 0; i < 20; i++)
        {
            using var refused = await _app.Client.GetAsync("/both");
            refused.Field("RateLimit").Should().Be("\"reads\";r=0;t=1, \"daily\";r=7;t=8640");
            var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("violated-policies").GetRawText().Should().Be("[\"reads\"]");
        }

        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _app.LeftAsync("/both")).Should().Contain("\"daily\";r=6;");
    }

    [Fact]
    public async Task A_request_costs_what_its_endpoint_says()
    {
        (await _app.LeftAsync("/costly")).Should().Be("\"daily\";r=6;t=8640");
        (await _app.LeftAsync("/costly")).Should().Be("\"daily\";r=2;t=8640");
        (await _app.StatusAsync("/costly")).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task What_is_left_has_three_digits_from_ten_thousand_on()
    {
        using var answer = await _app.Client.GetAsync("/large");

        answer.Field("RateLimit-Policy").Should().Be("\"large\";q=123456;w=8640000");
        answer.Field("RateLimit").Should().Be("\"large\";r=123000;t=70");
    }

    [Fact]
    public async Task A_page_for_a_path_that_nobody_limited_is_limited_itself()
    {
        await _app.SpendAsync("/reads", 3);

        (await _app.StatusAsync("/nowhere")).Should().Be(HttpStatusCode.TooManyRequests, "no request has paid for it");
    }

    [Fact]
    public async Task A_full_limit_does_not_say_when_more_comes()
    {
        await _app.SpendAsync("/reads", 3);

        (await _app.LeftAsync("/both")).Should().Be("\"reads\";r=0;t=1, \"daily\";r=10");
    }

    [Fact]
    public async Task In_shadow_mode_callers_notice_nothing()
    {
        for (var i = 0; i < 3; i++)
        {
            using var answer = await _app.Client.GetAsync("/tried");

            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Headers.Contains("RateLimit").Should().BeFalse();
            answer.Headers.Contains("RateLimit-Policy").Should().BeFalse();
        }
    }
}
