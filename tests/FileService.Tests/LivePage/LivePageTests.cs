using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FileService.LivePage;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;

namespace FileService.Tests.LivePage;

public sealed class LivePageTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private LivePageHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await LivePageHost.StartAsync(_folder.Path, ("LivePage:MaxListeners", "2"));
        _http.BaseAddress = _host.Url;
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_cache_tells_how_its_second_tier_does()
    {
        _host.ReadTier(0.000_4);
        _host.ReadTier(0.000_6);
        var caches = await CachesAsync("0.5 ms a read");
        caches.Should().ContainAll("3 served stale", "second tier: 69.2\u00A0% of 1,300");
        caches.Should().Contain("second tier: 75\u00A0% of 40").And.NotContain("away");
    }

    [Fact]
    public async Task A_cache_tells_that_its_second_tier_is_away()
    {
        _host.TiersAway = 1;

        (await CachesAsync("The second tier is away")).Should().Contain("second tier: 75\u00A0% of 40");
    }

    [Fact]
    public async Task Page_shows_the_figures_of_the_store_and_of_the_meters()
    {
        var page = await PageAsync("/");
        page.Title.Should().Be("PerfKit file service");
        page.GetElementById("live-tiles")!
            .TextContent.Should()
            .ContainAll("20,142", "1.2 GB", "1.1 GB", "10.9\u00A0% saved");
        page.GetElementById("live-caches")!
            .TextContent.Should()
            .ContainAll("content", "97.4\u00A0%", "811 entries, 75\u00A0% full");
        page.GetElementById("live-limits")!.TextContent.Should().ContainAll("reads", "91,400", "12", "writes");
        page.GetElementById("live-jobs")!.TextContent.Should().ContainAll("import", "running", "1,480 of 20,000");
        page.GetElementById("live-compare")!.TextContent.Should().Contain("None yet");
        page.GetElementById("live-instruments")!
            .TextContent.Should()
            .Contain("perfkit.cache.hits")
            .And.NotContain("other.");
    }

    [Fact]
    public async Task Page_escapes_the_names_of_files_and_links_to_them()
    {
        var page = await PageAsync("/");
        page.QuerySelectorAll("#live-recent b").Should().BeEmpty();
        var links = page.QuerySelectorAll("#live-recent a");
        links.Select(static a => a.TextContent).Should().Contain("reports/<b>2024</b> & more.csv");
        var file = _host.Store.Summary.Recent[0];
        links[0].GetAttribute("href").Should().Be($"/files/{file.Id}/content?as=html");
    }

    [Fact]
    public async Task Page_runs_only_its_own_script_and_fetches_nothing()
    {
        using var answer = await _http.GetAsync("/");
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().StartWith("default-src 'none';").And.NotContain("unsafe");
        var page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
        var script = page.QuerySelectorAll("script").Should().ContainSingle().Subject;
        policy.Should().Contain($"script-src 'nonce-{script.GetAttribute("nonce")}'");
        page.QuerySelectorAll("[style],[onclick],[src],link[href^='http']").Should().BeEmpty();

        using var again = await _http.GetAsync("/");
        again.Headers.GetValues("Content-Security-Policy").Single().Should().NotBe(policy); // A nonce is used once.
    }

    [Fact]
    public async Task Page_answers_HEAD_without_a_body()
    {
        using var answer = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.Should().BeGreaterThan(1_000);
        (await answer.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Page_searches_without_a_script()
    {
        (await PageAsync("/?q=cache")).QuerySelectorAll("#results mark").Should().HaveCount(2);
        (await PageAsync("/?q=nothing"))
            .GetElementById("results")!
            .TextContent.Should()
            .Be("Nothing matches “nothing”.");
        (await PageAsync("/?q=!!")).GetElementById("results")!.TextContent.Should().Contain("no letter");
        var hostile = await PageAsync("/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E");
        hostile.QuerySelectorAll("script").Should().HaveCount(1);
        hostile.GetElementById("q")!.GetAttribute("value").Should().Be("\"><script>alert(1)</script>");
    }

    [Fact]
    public async Task Page_of_a_service_with_keys_has_no_search()
    {
        _host.Store.IsOpen = false;
        var page = await PageAsync("/?q=cache");
        page.QuerySelectorAll("form,#results").Should().BeEmpty();
    }

    [Fact]
    public async Task Page_draws_the_last_comparison_once_there_is_one()
    {
        await File.WriteAllTextAsync(_host.CompareFile, LivePageHost.CompareJson);
        var chart = (await PageAsync("/")).GetElementById("live-compare")!;
        chart.QuerySelectorAll("svg rect").Should().HaveCount(12);
        chart.TextContent.Should().ContainAll("File loading", "312 ms", "87× faster", "×, answers differ", "0.87 ms");
        var widths = chart
            .QuerySelectorAll("rect")
            .Select(static r => double.Parse(r.GetAttribute("width")!.TrimEnd('%'), null));
        widths.Should().OnlyContain(static w => w > 0 && w <= 60);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"folder\":1,\"rttMs\":\"x\",\"rows\":{}}")]
    [InlineData("{\"folder\":\"x\",\"rttMs\":2,\"rows\":[{\"operation\":\"load\"}]}")]
    public async Task Page_with_a_broken_comparison_shows_none(string json)
    {
        await File.WriteAllTextAsync(_host.CompareFile, json);
        (await PageAsync("/")).GetElementById("live-compare")!.TextContent.Should().Contain("None yet");
    }

    [Fact]
    public async Task Page_with_a_database_that_is_down_says_so_and_keeps_the_last_figures()
    {
        await PageAsync("/");
        _host.Store.Fault = new TimeoutException("no answer");
        await Eventually.TrueAsync(async () =>
            (await PageAsync("/")).GetElementById("live-tiles")!.TextContent is var tiles
            && tiles.Contains("does not answer", StringComparison.Ordinal)
            && tiles.Contains("20,142", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Live_sends_the_fragment_again_when_a_figure_changes()
    {
        using var reader = new StreamReader(await _http.GetStreamAsync("/live"));
        (await NextEventAsync(reader)).Should().Contain("20,142").And.Contain("id=\"live-caches\"");
        _host.Store.Summary = _host.Store.Summary with { Files = 20_143 };
        _host.ReadBytes(5_000_000);
        var seen = "";
        while (!seen.Contains("20,143", StringComparison.Ordinal))
        {
            seen = await NextEventAsync(reader);
        }

        seen.Should().Contain("5.0 MB");
    }

    [Fact]
    public async Task Live_with_all_places_taken_asks_to_come_back_and_frees_the_place_of_who_leaves()
    {
        using var first = await _http.GetAsync("/live", HttpCompletionOption.ResponseHeadersRead);
        var second = await _http.GetAsync("/live", HttpCompletionOption.ResponseHeadersRead);
        using (var third = await _http.GetAsync("/live", HttpCompletionOption.ResponseHeadersRead))
        {
            third.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            third.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
            third.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            (await third.Content.ReadAsStringAsync())
                .Should()
                .Contain("urn:perfkit:too-many-listeners")
                .And.Contain("All 2 places");
        }

        second.Dispose();
        var listeners = _host.Services.GetRequiredService<LiveListeners>();
        await Eventually.TrueAsync(() => Task.FromResult(listeners.Count == 1));
        using var fourth = await _http.GetAsync("/live", HttpCompletionOption.ResponseHeadersRead);
        fourth.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Live_ends_when_the_service_stops()
    {
        using var reader = new StreamReader(await _http.GetStreamAsync("/live"));
        await NextEventAsync(reader);
        var stopping = _host.StopAsync();
        while (await reader.ReadLineAsync() is not null) { }

        await stopping.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Many_pages_ask_the_store_once_an_interval()
    {
        await using var slow = await LivePageHost.StartAsync(_folder.Path, ("LivePage:Interval", "00:01:00"));
        using var http = new HttpClient { BaseAddress = slow.Url };
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => http.GetStringAsync("/")));
        slow.Store.Calls.Should().Be(1);
    }

    [Theory]
    [InlineData("LivePage:MaxListeners", "0")]
    [InlineData("LivePage:MaxListeners", "1025")]
    [InlineData("LivePage:Interval", "00:00:00")]
    public async Task Start_with_a_setting_out_of_range_names_it(string key, string value)
    {
        var start = () => LivePageHost.StartAsync(_folder.Path, (key, value));
        (await start.Should().ThrowAsync<Microsoft.Extensions.Options.OptionsValidationException>()).WithMessage(
            $"*{key}*"
        );
    }

    /// <summary>What the page says of caches, once it says this: figures are looked at once an interval.</summary>
    private async Task<string> CachesAsync(string awaited)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var caches = (await PageAsync("/")).GetElementById("live-caches")!.TextContent;
            if (caches.Contains(awaited, StringComparison.Ordinal))
            {
                return caches;
            }
        }
    }

    private async Task<IDocument> PageAsync(string path) =>
        new HtmlParser().ParseDocument(await _http.GetStringAsync(path));

    private static async Task<string> NextEventAsync(StreamReader reader)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException("The stream ended without another event.");
    }
}
