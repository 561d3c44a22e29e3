using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>A real server on a free loopback port, with a clock that stands still.</summary>
public sealed class RateLimitMiddlewareTests : IAsyncLifetime, IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _app = Build(_clock);
        _app.UseExceptionHandler("/error");
        _app.UsePerfKitRateLimit(static o =>
            o.KeyOf = static c => c.Request.Headers["key"].ToString() is { Length: > 0 } k ? k : null
        );
        _app.MapGet("/free", () => "free");
        _app.MapGet("/reads", () => "read").RequirePerfKitRateLimit("reads");
        _app.MapMethods("/slow", ["GET", "HEAD"], () => "slow").RequirePerfKitRateLimit("slow");
        _app.MapGet("/fails", string () => throw new InvalidTimeZoneException()).RequirePerfKitRateLimit("reads");
        _app.Map("/error", () => Results.Problem()).RequirePerfKitRateLimit("reads");
        var group = _app.MapGroup("/group").RequirePerfKitRateLimit("reads");
        group.MapGet("/inner", () => "inner").RequirePerfKitRateLimit("slow");
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
        _client.DefaultRequestHeaders.Add("key", "tenant");
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_admitted_request_carries_the_rate_limit_fields()
    {
        using var answer = await _client.GetAsync("/reads");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        Field(answer, "RateLimit-Policy").Should().Be("\"reads\";q=3;w=1");
        Field(answer, "RateLimit").Should().Be("\"reads\";r=2;t=1");
        answer.Headers.RetryAfter.Should().BeNull();
    }

    [Fact]
    public async Task A_refused_request_is_a_problem_with_the_fields_and_retry_after()
    {
        await SpendAsync("/reads", 3);

        using var answer = await _client.GetAsync("/reads");

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        answer.Content.Headers.ContentType!.ToString().Should().Be("application/problem+json");
        Field(answer, "RateLimit-Policy").Should().Be("\"reads\";q=3;w=1");
        Field(answer, "RateLimit").Should().Be("\"reads\";r=0;t=1");
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().Should().Be("urn:perfkit:rate-limited");
        problem.GetProperty("title").GetString().Should().Be("Too many requests");
        problem.GetProperty("status").GetInt32().Should().Be(429);
        problem
            .GetProperty("detail")
            .GetString()
            .Should()
            .Be("The policy 'reads' admits 4 requests a second with a burst of 3. Try again in 1 s.");
    }

    [Fact]
    public async Task Retry_after_is_never_early()
    {
        await SpendAsync("/slow", 1); // 0.3 a second: a permit every 3.3 s.
        using var refused = await _client.GetAsync("/slow");
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        wait.Should().Be(TimeSpan.FromSeconds(4));

        _clock.Advance(wait);

        using var admitted = await _client.GetAsync("/slow");
        admitted.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refused_head_request_has_no_body()
    {
        await SpendAsync("/slow", 1);

        using var head = new HttpRequestMessage(HttpMethod.Head, "/slow");
        using var answer = await _client.SendAsync(head);

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        answer.Content.Headers.ContentLength.Should().BePositive("it is the length that GET would have");
        (await answer.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_without_a_key_or_policy_is_not_limited()
    {
        using var anonymous = new HttpClient { BaseAddress = _client.BaseAddress };
        for (var i = 0; i < 5; i++)
        {
            using var keyless = await anonymous.GetAsync("/reads");
            using var free = await _client.GetAsync("/free");

            keyless.StatusCode.Should().Be(HttpStatusCode.OK);
            keyless.Headers.Contains("RateLimit").Should().BeFalse();
            free.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_request_whose_pipeline_runs_again_spends_one_permit()
    {
        using var failed = await _client.GetAsync("/fails"); // Runs /error too, which has the policy as well.
        using var answer = await _client.GetAsync("/reads");

        failed.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        Field(answer, "RateLimit").Should().StartWith("\"reads\";r=1;");
    }

    [Fact]
    public async Task The_innermost_policy_counts()
    {
        using var answer = await _client.GetAsync("/group/inner");

        Field(answer, "RateLimit-Policy").Should().Be("\"slow\";q=1;w=4");
    }

    [Fact]
    public async Task An_unknown_policy_fails_the_start_with_a_sentence()
    {
        await using var app = Build(_clock);
        app.UsePerfKitRateLimit(static o => o.KeyOf = static _ => "all");
        app.MapGet("/typo", () => "").RequirePerfKitRateLimit("raeds");

        var start = async () => await app.StartAsync();

        await start
            .Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage(
                "Endpoint '*typo*' has the rate limit policy 'raeds', which is not one of the configured: reads, slow."
            );
    }

    [Fact]
    public async Task A_policy_without_services_fails_the_start_with_a_sentence()
    {
        await using var app = Build(_clock, addPolicies: false);
        app.UsePerfKitRateLimit(static o => o.KeyOf = static _ => "all");
        app.MapGet("/", () => "").RequirePerfKitRateLimit("reads");

        var start = async () => await app.StartAsync();

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*call services.AddPerfKitRateLimit.");
    }

    [Fact]
    public async Task UsePerfKitRateLimit_without_a_key_throws_a_sentence()
    {
        await using var app = Build(_clock);

        app.Invoking(it => it.UsePerfKitRateLimit(static _ => { }))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("UsePerfKitRateLimit needs KeyOf*");
    }

    private async Task SpendAsync(string path, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var answer = await _client.GetAsync(path);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    private static string Field(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static WebApplication Build(TimeProvider clock, bool addPolicies = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(clock);
        if (addPolicies)
        {
            builder.Services.AddPerfKitRateLimit(static o =>
            {
                o.Policies["reads"] = new() { PermitsPerSecond = 4, Burst = 3 };
                o.Policies["slow"] = new() { PermitsPerSecond = 0.3, Burst = 1 };
            });
        }

        return builder.Build();
    }
}
