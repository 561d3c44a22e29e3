using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Output;

/// <summary>ASP.NET's middleware in a real server on the store, alone and over a real Redis.</summary>
public sealed class OutputCacheServerTests
{
    [Fact]
    public async Task A_page_is_made_once_and_again_after_its_tag_was_evicted()
    {
        await using var node = await OutputNode.StartAsync();
        var page = await node.GetAsync("/page");
        var other = await node.GetAsync("/other");
        (await node.GetAsync("/page")).Should().Be(page);

        await node.EvictAsync("pages");

        (await node.GetAsync("/page")).Should().NotBe(page);
        (await node.GetAsync("/other")).Should().Be(other);
    }

    [Fact]
    public async Task A_page_varies_by_what_its_policy_says_and_by_nothing_else()
    {
        await using var node = await OutputNode.StartAsync();
        var (one, two) = (await node.GetAsync("/page?q=1"), await node.GetAsync("/page?q=2"));
        var (loud, soft) = (await node.GetAsync("/page?q=1", "loud"), await node.GetAsync("/page?q=1", "soft"));

        new[] { one, two, loud, soft }.Should().OnlyHaveUniqueItems();
        (await node.GetAsync("/page?q=1&x=7")).Should().Be(one);
        (await node.GetAsync("/page?q=1", "loud")).Should().Be(loud);
        node.Count.Should().Be(4);
    }

    [Fact]
    public async Task Requests_that_lock_share_what_one_of_them_makes()
    {
        await using var node = await OutputNode.StartAsync();
        var requests = Enumerable.Range(0, 20).Select(_ => node.GetAsync("/slow")).ToList();

        node.Gate.SetResult();

        (await Task.WhenAll(requests)).Distinct().Should().ContainSingle();
        node.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_large_page_comes_back_whole()
    {
        await using var node = await OutputNode.StartAsync();
        var page = await node.GetAsync("/large");

        (await node.GetAsync("/large")).Should().Be(page).And.HaveLength(300_000);
        node.Count.Should().Be(1);
    }

    [SkippableFact]
    public async Task One_server_sends_what_another_made()
    {
        var redis = await RedisServer.SharedAsync();
        await using var one = await OverAsync(redis);
        await using var two = await OverAsync(redis, one.Prefix);

        var page = await one.Node.GetAsync("/page");
        var large = await one.Node.GetAsync("/large");

        (await two.Node.GetAsync("/page")).Should().Be(page);
        (await two.Node.GetAsync("/large")).Should().Be(large);
        two.Node.Count.Should().Be(0);
    }

    [SkippableFact]
    public async Task What_one_server_evicts_another_makes_anew_also_what_it_had_in_memory()
    {
        var redis = await RedisServer.SharedAsync();
        await using var one = await OverAsync(redis);
        await using var two = await OverAsync(redis, one.Prefix);
        var page = await one.Node.GetAsync("/page");
        var other = await one.Node.GetAsync("/other");
        (await two.Node.GetAsync("/page")).Should().Be(page);
        (await two.Node.GetAsync("/other")).Should().Be(other);

        await one.Node.EvictAsync("pages");

        await EventuallyAsync(async () => await two.Node.GetAsync("/page") != page);
        (await one.Node.GetAsync("/page")).Should().Be(await two.Node.GetAsync("/page"));
        (await two.Node.GetAsync("/other")).Should().Be(other);
    }

    [SkippableFact]
    public async Task With_Redis_frozen_requests_are_answered_quickly_and_responses_kept()
    {
        await using var redis = await RedisServer.StartPrivateAsync();
        await using var one = await OverAsync(redis, waits: false);
        await using var two = await OverAsync(redis, one.Prefix, waits: false);
        var page = "";
        await EventuallyAsync(async () =>
        {
            await one.Node.EvictAsync("pages");
            page = await one.Node.GetAsync("/page");
            return await two.Node.GetAsync("/page") == page;
        });

        redis.Freeze();
        var clock = Stopwatch.StartNew();
        var made = await one.Node.GetAsync("/other");
        await one.Node.EvictAsync("pages");
        var again = await one.Node.GetAsync("/page");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3), "one of three deadlines of 35 ms was waited for");
        (await one.Node.GetAsync("/other")).Should().Be(made);
        again.Should().NotBe(page);

        redis.Thaw();

        await EventuallyAsync(async () => await two.Node.GetAsync("/page") != page);
    }

    private static async Task<Over> OverAsync(RedisServer redis, string? prefix = null, bool waits = true)
    {
        prefix ??= Guid.NewGuid().ToString("N");
        var node = await OutputNode.StartAsync(cache =>
        {
            cache.Services.Configure<TieredCacheOptions>(
                cache.Name,
                static o => o.UnheardExpiration = TimeSpan.FromMinutes(10) // However long a busy machine takes.
            );
            cache.AddRedis(o =>
            {
                o.Configuration = redis.ConnectionString;
                o.Prefix = prefix;
                o.CommandTimeout = waits ? TimeSpan.FromSeconds(30) : o.CommandTimeout; // Other tests keep threads busy.
            });
        });
        await node.JoinedAsync();
        return new Over(node, prefix);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A server, and under which prefix its Redis tier keeps.</summary>
    private sealed record Over(OutputNode Node, string Prefix) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Node.DisposeAsync();
    }
}
