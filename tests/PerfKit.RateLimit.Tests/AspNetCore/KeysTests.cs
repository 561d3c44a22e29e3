using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace PerfKit.RateLimit.Tests.AspNetCore;

/// <summary>Whose permits a request spends, and that a caller cannot choose.</summary>
public sealed class KeysTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%2", "fe80::1%3", true)]
    public void An_address_counts_as_one_caller_has_it(string one, string other, bool areSame) =>
        (RateLimitKeys.Address(From(one)) == RateLimitKeys.Address(From(other))).Should().Be(areSame);

    [Fact]
    public void Connections_without_an_address_share_one_key() =>
        RateLimitKeys.Address(new DefaultHttpContext()).Should().Be(RateLimitKeys.Address(new DefaultHttpContext()));

    [Fact]
    public void A_user_counts_by_id_else_by_name_and_a_stranger_by_address()
    {
        var address = RateLimitKeys.Address(From("192.0.2.7"));

        User(new Claim(ClaimTypes.NameIdentifier, "17"), new Claim(ClaimTypes.Name, "ann"))
            .Should()
            .Be(User(new Claim(ClaimTypes.NameIdentifier, "17"), new Claim(ClaimTypes.Name, "bob")));
        User(new Claim(ClaimTypes.Name, "ann")).Should().Be(LimitKey.Of("ann"));
        User().Should().Be(address);
        RateLimitKeys.User(From("192.0.2.7")).Should().Be(address);
        RateLimitKeys
            .User(From("192.0.2.7", isAuthenticated: false, new Claim(ClaimTypes.NameIdentifier, "17")))
            .Should()
            .Be(address, "a claim that nobody vouches for is the caller's choice");

        static LimitKey User(params Claim[] claims) =>
            RateLimitKeys.User(From("192.0.2.7", isAuthenticated: true, claims));
    }

    [Fact]
    public void A_claim_counts_where_it_is_vouched_for()
    {
        var tenant = RateLimitKeys.Claim("tid");
        var claim = new Claim("tid", "acme");

        tenant(From("192.0.2.7", isAuthenticated: true, claim)).Should().Be(LimitKey.Of("acme"));
        tenant(From("192.0.2.7", isAuthenticated: false, claim)).Should().Be(RateLimitKeys.Address(From("192.0.2.7")));
        tenant(From("192.0.2.7", isAuthenticated: true)).Should().Be(RateLimitKeys.Address(From("192.0.2.7")));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    public async Task A_forwarding_field_from_a_caller_changes_nothing(string field)
    {
        await using var app = await StartAsync(static app => app.UsePerfKitRateLimit());

        await AssertRefusedThirdTimeAsync(
            app,
            field,
            static i => i.ToString(System.Globalization.CultureInfo.InvariantCulture) + ".0.2.7"
        );
    }

    [Fact]
    public async Task A_forwarding_field_from_a_proxy_that_is_not_trusted_changes_nothing()
    {
        await using var app = await StartAsync(static app =>
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor };
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            options.KnownProxies.Add(IPAddress.Parse("198.51.100.1"));
            app.UseForwardedHeaders(options);
            app.UsePerfKitRateLimit();
        });

        await AssertRefusedThirdTimeAsync(app, "X-Forwarded-For", static i => $"192.0.2.{i}");
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_clients_are_told_apart_and_cannot_invent_another()
    {
        await using var app = await StartAsync(static app =>
        {
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor }); // Loopback is known.
            app.UsePerfKitRateLimit();
        });

        // The client writes the left one; the proxy adds the right one, which counts.
        await AssertRefusedThirdTimeAsync(app, "X-Forwarded-For", static i => $"10.0.0.{i}, 192.0.2.7");
        (await SendAsync(app, "X-Forwarded-For", "192.0.2.8")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_on_the_allow_list_is_not_limited_by_address_network_or_key()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseForwardedHeaders(
                    new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor }
                );
                app.UsePerfKitRateLimit(LimitedApp.ByField);
            },
            static policy =>
            {
                policy.By = "key";
                policy.Allow.Add("vip");
                policy.Allow.Add("192.0.2.7");
                policy.Allow.Add("2001:db8::/32");
                policy.Allow.Add("10.0.0.0/8");
            }
        );
        await app.SpendAsync("/", 2);
        (await app.StatusAsync("/")).Should().Be(HttpStatusCode.TooManyRequests);

        foreach (var address in new[] { "192.0.2.7", "2001:db8:9::1", "10.200.0.1", "[::ffff:10.1.1.1]" })
        {
            (await SendAsync(app, "X-Forwarded-For", address)).Should().Be(HttpStatusCode.OK, address);
        }

        app.Client.DefaultRequestHeaders.Remove("key");
        app.Client.DefaultRequestHeaders.Add("key", "10.0.0.0/8");
        await app.SpendAsync("/", 2);
        (await app.StatusAsync("/")).Should().Be(HttpStatusCode.TooManyRequests, "a name is not a network");
        foreach (var address in new[] { "192.0.2.8", "2001:db9::1", "11.0.0.1" })
        {
            (await SendAsync(app, "X-Forwarded-For", address)).Should().Be(HttpStatusCode.TooManyRequests, address);
        }

        app.Client.DefaultRequestHeaders.Remove("key");
        app.Client.DefaultRequestHeaders.Add("key", "vip");
        using var vip = await app.Client.GetAsync("/");
        vip.StatusCode.Should().Be(HttpStatusCode.OK);
        vip.Headers.Contains("RateLimit").Should().BeFalse();
    }

    [Fact]
    public async Task Keys_of_ten_thousand_characters_are_told_apart()
    {
        await using var app = await StartAsync(
            static app => app.UsePerfKitRateLimit(LimitedApp.ByField),
            static policy => policy.By = "key"
        );
        var long10K = new string('x', 10_000);

        foreach (var key in new[] { long10K + "a", long10K + "b" })
        {
            app.Client.DefaultRequestHeaders.Remove("key");
            app.Client.DefaultRequestHeaders.Add("key", key);
            await app.SpendAsync("/", 2);
            (await app.StatusAsync("/")).Should().Be(HttpStatusCode.TooManyRequests);
        }
    }

    private static async Task AssertRefusedThirdTimeAsync(LimitedApp app, string field, Func<int, string> value)
    {
        (await SendAsync(app, field, value(1))).Should().Be(HttpStatusCode.OK);
        (await SendAsync(app, field, value(2))).Should().Be(HttpStatusCode.OK);
        (await SendAsync(app, field, value(3))).Should().Be(HttpStatusCode.TooManyRequests);
    }

    private static async Task<HttpStatusCode> SendAsync(LimitedApp app, string field, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation(field, value);
        using var answer = await app.Client.SendAsync(request);
        return answer.StatusCode;
    }

    private static Task<LimitedApp> StartAsync(
        Action<WebApplication> use,
        Action<RateLimitPolicyOptions>? configure = null
    ) =>
        LimitedApp.StartAsync(
            o =>
            {
                var policy = new RateLimitPolicyOptions { Permits = 2, Period = TimeSpan.FromHours(1) };
                configure?.Invoke(policy);
                o.Policies["limit"] = policy;
            },
            app =>
            {
                use(app);
                app.MapGet("/", () => "").RequirePerfKitRateLimit("limit");
            }
        );

    private static DefaultHttpContext From(string address, bool isAuthenticated = false, params Claim[] claims) =>
        new()
        {
            Connection = { RemoteIpAddress = IPAddress.Parse(address) },
            User = new ClaimsPrincipal(new ClaimsIdentity(claims, isAuthenticated ? "test" : null)),
        };
}
