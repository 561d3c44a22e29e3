using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary>Stored content cannot attack who opens it in a browser.</summary>
public abstract class ContentSafetyContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("page.html", null)]
    [InlineData("page.xhtml", "application/xhtml+xml")]
    [InlineData("drawing.svg", null)]
    [InlineData("data.xml", "text/xml")]
    [InlineData("script.js", null)]
    [InlineData("book.pdf", null)]
    [InlineData("innocent.txt", "text/html")]
    [InlineData("innocent.png", "image/svg+xml")]
    [InlineData("unknown.thing", null)]
    [InlineData("odd.txt", "TEXT/HTML; charset=utf-8")]
    public async Task Content_not_known_harmless_is_an_attachment(string path, string? contentType)
    {
        const string attack = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        foreach (var response in await GetBothAsync(path, attack, contentType))
        {
            ShouldBeGuarded(response);
            response.Content.Headers.ContentDisposition!.DispositionType.Should().Be("attachment");
            (await response.Content.ReadAsStringAsync()).Should().Be(attack, "bytes are never changed");
        }
    }

    [SkippableTheory]
    [InlineData("plain.txt")]
    [InlineData("picture.png")]
    public async Task Content_known_harmless_opens_in_place_and_is_guarded_too(string path)
    {
        foreach (var response in await GetBothAsync(path, "harmless", null))
        {
            ShouldBeGuarded(response);
            (response.Content.Headers.ContentDisposition?.DispositionType ?? "inline").Should().Be("inline");
        }
    }

    [SkippableFact]
    public async Task Attachment_names_survive_quotes_and_letters()
    {
        var name = "größe \"x\"; y.html";
        var response = (await GetBothAsync("d/" + name, "x", null))[0];

        var disposition = response.Content.Headers.ContentDisposition!;

        disposition.DispositionType.Should().Be("attachment");
        disposition.FileNameStar.Should().Be(name);
    }

    [SkippableFact]
    public async Task Markdown_as_html_has_no_raw_html_and_only_safe_links()
    {
        const string markdown = """
            <script>alert(1)</script>

            Text <img src=x onerror=alert(1)> and <b onclick="alert(1)">bold</b>.

            [a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html;base64,PHNjcmlwdD4=) [d](vbscript:x)
            [e]( javascript:alert(1)) [f](java&#x0A;script:alert(1)) [g](&#106;avascript:alert(1))
            ![h](javascript:alert(1)) <javascript:alert(1)> [i]: javascript:alert(1)

            [ref][r] [ok](https://safe.example/) [rel](other.md) [mail](mailto:a@b.example)

            [r]: javascript:alert(1)
            """;
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "attack.md", markdown);

        using var response = await Client.GetAsync($"/files/{file.Text("id")}/content?as=html");

        await response.ShouldBeAsync(200);
        ShouldBeGuarded(response);
        var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(
            await response.Content.ReadAsStringAsync()
        );
        document.QuerySelectorAll("script, [onerror], [onclick], b, iframe, object").Should().BeEmpty();
        var targets = document
            .QuerySelectorAll("[href], [src]")
            .Select(e => e.GetAttribute("href") ?? e.GetAttribute("src")!)
            .ToArray();
        foreach (var target in targets)
        {
            var scheme = new string([.. target.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))]).Split(':')[0];
            scheme.ToLowerInvariant().Should().NotBe("javascript").And.NotBe("data").And.NotBe("vbscript");
        }

        targets.Should().Contain(["https://safe.example/", "other.md", "mailto:a@b.example"]);
    }

    private static void ShouldBeGuarded(HttpResponseMessage response)
    {
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("sandbox");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().NotContain("allow-scripts");
    }

    private async Task<HttpResponseMessage[]> GetBothAsync(string path, string content, string? contentType)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, path, content, contentType);
        var responses = new[]
        {
            await Client.GetAsync($"/files/{file.Text("id")}/content"),
            await Client.GetAsync(ServiceCalls.FileUrl(workspace.Id, path)),
        };
        foreach (var response in responses)
        {
            await response.ShouldBeAsync(200);
        }

        return responses;
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteContentSafety(SqliteService service) : ContentSafetyContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlContentSafety(PostgreSqlService service) : ContentSafetyContract(service);
