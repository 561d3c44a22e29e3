using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Tests.Policies;

namespace PerfKit.RateLimit.Tests.AspNetCore;

/// <summary>How endpoints say what limits them: with our metadata and with the framework's.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task The_frameworks_ways_to_name_a_policy_name_ours()
    {
        await using var app = await StartAsync(static app =>
        {
            app.MapGet("/convention", () => "").RequireRateLimiting("reads");
            app.MapGet("/attribute", [EnableRateLimiting("reads")] () => "");
            app.MapGet("/ours", [RateLimitPolicies("reads"), RateLimitCost(2)] () => "");
        });

        (await app.LeftAsync("/convention")).Should().Be("\"reads\";r=9;t=360");
        (await app.LeftAsync("/attribute")).Should().Be("\"reads\";r=8;t=360");
        (await app.LeftAsync("/ours")).Should().Be("\"reads\";r=6;t=360");
    }

    [Fact]
    public async Task The_innermost_naming_counts_whosever_it_is()
    {
        await using var app = await StartAsync(static app =>
        {
            var ours = app.MapGroup("/ours").RequirePerfKitRateLimit("reads").WithRateLimitCost(5);
            ours.MapGet("/inner", () => "").RequireRateLimiting("slow").WithRateLimitCost(1);
            app.MapGroup("/framework")
                .RequireRateLimiting("slow")
                .MapGet("/inner", () => "")
                .RequirePerfKitRateLimit("reads");
        });

        (await app.LeftAsync("/ours/inner")).Should().StartWith("\"slow\";r=0");
        (await app.LeftAsync("/framework/inner")).Should().StartWith("\"reads\";r=9");
    }

    [Fact]
    public async Task An_endpoint_that_disables_rate_limiting_is_not_limited()
    {
        await using var app = await StartAsync(static app =>
            app.MapGroup("/group").RequirePerfKitRateLimit("slow").MapGet("/free", () => "").DisableRateLimiting()
        );

        await app.SpendAsync("/group/free", 3);
    }

    [Fact]
    public async Task Policies_of_the_framework_stay_with_it_in_the_same_pipeline()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseRateLimiter();
                app.MapGet("/theirs", () => "").RequireRateLimiting("theirs");
                app.MapGet("/ours", () => "").RequireRateLimiting("slow");
            },
            static builder =>
                builder.Services.AddRateLimiter(static o =>
                    o.AddFixedWindowLimiter(
                        "theirs",
                        static w =>
                        {
                            w.PermitLimit = 1;
                            w.Window = TimeSpan.FromHours(1);
                        }
                    )
                )
        );

        (await app.StatusAsync("/theirs")).Should().Be(HttpStatusCode.OK);
        (await app.StatusAsync("/theirs")).Should().Be(HttpStatusCode.ServiceUnavailable, "the framework's default");
        (await app.StatusAsync("/ours")).Should().Be(HttpStatusCode.OK);
        (await app.StatusAsync("/ours")).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task What_answers_refusals_in_AddRateLimiter_answers_ours()
    {
        TimeSpan? wait = null;
        await using var app = await StartAsync(
            static app => app.MapGet("/slow", () => "").RequireRateLimiting("slow"),
            builder =>
                builder.Services.AddRateLimiter(o =>
                    o.OnRejected = async (context, cancellation) =>
                    {
                        context.Lease.TryGetMetadata(
                            System.Threading.RateLimiting.MetadataName.RetryAfter,
                            out var after
                        );
                        wait = after;
                        await context.HttpContext.Response.WriteAsync("come back later", cancellation);
                    }
                )
        );
        await app.SpendAsync("/slow", 1);

        using var answer = await app.Client.GetAsync("/slow");

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await answer.Content.ReadAsStringAsync()).Should().Be("come back later");
        answer.Headers.RetryAfter.Should().NotBeNull();
        wait.Should()
            .Be(answer.Headers.RetryAfter!.Delta, "many handlers write it again")
            .And.BeGreaterThanOrEqualTo(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_name_that_both_have_fails_the_start_with_a_sentence()
    {
        var start = () =>
            StartAsync(
                static _ => { },
                static builder =>
                    builder.Services.AddRateLimiter(static o =>
                        o.AddConcurrencyLimiter("slow", static c => c.PermitLimit = 1)
                    )
            );

        await start
            .Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage(
                "'slow' is a rate limit policy of AddPerfKitRateLimit and of AddRateLimiter: rename one of them."
            );
    }

    [Theory]
    [InlineData(
        "raeds",
        1,
        "Endpoint '*test*' has the rate limit policy 'raeds', which is not one of the configured: reads, slow, tenants."
    )]
    [InlineData(
        "reads",
        11,
        "Endpoint '*test*' costs 11 permits, but in the rate limit policy 'reads' it must be 1 to 10."
    )]
    [InlineData(
        "reads",
        0,
        "Endpoint '*test*' costs 0 permits, but in the rate limit policy 'reads' it must be 1 to 10."
    )]
    [InlineData(
        "tenants",
        1,
        "The rate limit policy 'tenants' is by 'tenant', which is not one of the keys that UsePerfKitRateLimit knows: address, all, key, user."
    )]
    [InlineData("a,b,c,d,e,f,g,h,i", 1, "Endpoint '*test*' has 9 rate limit policies, but must have 1 to 8.")]
    [InlineData("reads,reads", 1, "Endpoint '*test*' has a rate limit policy twice: reads, reads.")]
    [InlineData("", 1, "Endpoint '*test*' has 0 rate limit policies, but must have 1 to 8.")]
    public async Task An_endpoint_that_cannot_be_limited_fails_the_start_with_a_sentence(
        string names,
        int cost,
        string message
    )
    {
        var start = () =>
            StartAsync(app =>
                app.MapGet("/test", () => "")
                    .RequirePerfKitRateLimit(names.Split(',', StringSplitOptions.RemoveEmptyEntries))
                    .WithRateLimitCost(cost)
            );

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
    }

    [Fact]
    public async Task An_unknown_name_in_the_frameworks_naming_fails_the_start_too()
    {
        var start = () => StartAsync(static app => app.MapGet("/test", () => "").RequireRateLimiting("raeds"));

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*'raeds'*reads, slow, tenants.");
    }

    [Fact]
    public async Task An_unknown_name_fails_the_start_beside_the_framework_as_well()
    {
        var start = () =>
            StartAsync(
                static app => app.MapGet("/test", () => "").RequireRateLimiting("raeds"),
                static builder => builder.Services.AddRateLimiter(static o => o.RejectionStatusCode = 429)
            );

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*'raeds'*reads, slow, tenants.");
    }

    [Fact]
    public async Task Two_branches_may_use_it_beside_the_framework()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseWhen(
                    static it => it.Request.Path == "/never",
                    static it => it.UsePerfKitRateLimit(LimitedApp.ByField)
                );
                app.MapGet("/", () => "").RequireRateLimiting("reads");
            },
            static builder => builder.Services.AddRateLimiter(static o => o.RejectionStatusCode = 429)
        );

        await app.SpendAsync("/", 1);
    }

    [Fact]
    public async Task A_limit_that_becomes_smaller_than_a_cost_is_spent_whole()
    {
        var settings = new Settings(
            ("RateLimit:Policies:small:Permits", "10"),
            ("RateLimit:Policies:small:Period", "01:00:00")
        );
        await using var app = await LimitedApp.StartAsync(
            static _ => { },
            static app =>
            {
                app.UsePerfKitRateLimit();
                app.MapGet("/", () => "").RequirePerfKitRateLimit("small").WithRateLimitCost(5);
            },
            builder =>
            {
                builder.Configuration.Sources.Add(settings);
                builder.Services.AddPerfKitRateLimit(builder.Configuration.GetSection("RateLimit"));
            }
        );

        settings.Change(("RateLimit:Policies:small:Permits", "3"), ("RateLimit:Policies:small:By", "nobody"));

        (await app.LeftAsync("/")).Should().Be("\"small\";r=0;t=1200");
        (await app.StatusAsync("/")).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_pipeline_without_policies_throws_a_sentence()
    {
        await using var app = LimitedApp.Build(new FakeTimeProvider(), policies: null);

        app.Invoking(static it => it.UsePerfKitRateLimit())
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("UsePerfKitRateLimit finds no policies: call services.AddPerfKitRateLimit.");
    }

    private static Task<LimitedApp> StartAsync(
        Action<WebApplication> map,
        Action<WebApplicationBuilder>? build = null
    ) =>
        LimitedApp.StartAsync(
            static o =>
            {
                o.Policies["reads"] = new()
                {
                    Permits = 10,
                    Period = TimeSpan.FromHours(1),
                    By = "key",
                };
                o.Policies["slow"] = new()
                {
                    Permits = 1,
                    Period = TimeSpan.FromHours(1),
                    By = "KEY",
                };
                o.Policies["tenants"] = new() { By = "tenant" };
            },
            app =>
            {
                app.UsePerfKitRateLimit(LimitedApp.ByField);
                map(app);
            },
            build
        );
}
