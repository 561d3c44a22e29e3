using Microsoft.Playwright;
using PerfKit.TestKit;

namespace FileService.Tests.LivePage;

/// <summary>The live page in a real browser.</summary>
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private LivePageHost _host = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "compare.json"), LivePageHost.CompareJson);
        _host = await LivePageHost.StartAsync(_folder.Path);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Page_loads_without_a_complaint_and_updates_by_itself()
    {
        var page = await chromium.OpenAsync(1280);
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(_host.Url.ToString());
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await page.EvaluateAsync("window.notReloaded = true");

        _host.Store.Summary = _host.Store.Summary with { Files = 77_777 };
        await Assertions.Expect(page.Locator("#live-tiles")).ToContainTextAsync("77,777");

        (await page.EvaluateAsync<bool>("window.notReloaded")).Should().BeTrue();
        complaints.Should().BeEmpty();
        await ShotAsync(page, "wide");
    }

    [SkippableFact]
    public async Task Page_says_when_the_service_is_gone_and_goes_on_when_it_is_back()
    {
        var page = await chromium.OpenAsync(1280);
        var gone = false;
        await page.RouteAsync("**/live", route => gone ? route.AbortAsync() : route.ContinueAsync());
        await page.GotoAsync(_host.Url.ToString());
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        gone = true;
        await _host.StopAsync();
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Waiting for the service");
        await Assertions.Expect(page.Locator("#live-tiles")).ToContainTextAsync("20,142");
    }

    [SkippableTheory]
    [InlineData(320)]
    [InlineData(400)]
    [InlineData(768)]
    public async Task Page_on_a_narrow_screen_does_not_scroll_sideways(int width)
    {
        var page = await chromium.OpenAsync(width, ColorScheme.Dark);
        await page.GotoAsync(_host.Url + "?q=cache");
        await page.Locator("summary").Last.ClickAsync();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width);
        var clipped = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('.chart text')]
              .filter(t => t.getBoundingClientRect().right > document.documentElement.clientWidth)
              .map(t => t.textContent)
            """
        );
        clipped.Should().BeEmpty();
        await ShotAsync(page, $"narrow-{width}");
    }

    [SkippableFact]
    public async Task Search_box_and_links_are_reached_by_keyboard_and_show_the_focus()
    {
        var page = await chromium.OpenAsync(1280);
        await page.GotoAsync(_host.Url.ToString());
        var reached = new List<string>();
        while (reached.LastOrDefault() != "Every series of the PerfKit meters" && reached.Count < 40)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(
                await page.EvaluateAsync<string>(
                    """
                    () => {
                      const at = document.activeElement, style = getComputedStyle(at);
                      const isSeen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                      return `${at.id || at.textContent}${isSeen ? '' : ' (focus not visible)'}`;
                    }
                    """
                )
            );
        }

        reached[0].Should().Be("Skip to what is stored");
        reached.Should().Contain(["API", "Health", "q", "Search", "docs/chain/01-caching.md", "The same as a table"]);
        reached.Should().NotContain(static name => name.EndsWith("(focus not visible)", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Search_by_keyboard_shows_what_was_found()
    {
        var page = await chromium.OpenAsync(1280, ColorScheme.Dark);
        await page.GotoAsync(_host.Url.ToString());
        await page.GetByLabel("Words in path, name or text").FocusAsync();
        await page.Keyboard.TypeAsync("cache");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#results mark")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#q")).ToHaveValueAsync("cache");
        await ShotAsync(page, "search-dark");
    }

    [SkippableFact]
    public async Task Update_leaves_the_link_that_has_the_focus()
    {
        var page = await chromium.OpenAsync(1280);
        await page.GotoAsync(_host.Url.ToString());
        var link = page.Locator("#live-recent a").First;
        await link.FocusAsync();
        _host.Store.Summary = _host.Store.Summary with { Files = 5, Recent = [.. _host.Store.Summary.Recent.Skip(1)] };
        await Assertions.Expect(page.Locator("#live-tiles strong").First).ToHaveTextAsync("5");
        await Assertions.Expect(link).ToBeFocusedAsync();
    }

    /// <summary>Keeps a picture for the eye when PERFKIT_SHOTS names a folder.</summary>
    private static async Task ShotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("PERFKIT_SHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true }
            );
        }
    }
}
