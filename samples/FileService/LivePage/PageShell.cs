using System.Text;

namespace FileService.LivePage;

/// <summary>The page around its live parts: one document, its style and a short script inside, nothing fetched.</summary>
internal static class PageShell
{
    private const string Script = """
        const state = document.getElementById('connection');
        const say = text => { if (state.textContent !== text) state.textContent = text; };
        function listen() {
          const events = new EventSource('/live');
          events.addEventListener('live', event => {
            const next = document.createElement('template');
            next.innerHTML = event.data;
            for (const part of next.content.children) {
              const shown = document.getElementById(part.id);
              if (!shown || shown.innerHTML === part.innerHTML || shown.contains(document.activeElement)) continue;
              const open = [...shown.querySelectorAll('details')].map(d => d.open);
              shown.innerHTML = part.innerHTML;
              shown.querySelectorAll('details').forEach((d, i) => d.open = open[i] ?? false);
            }
            say('Live');
          });
          events.onerror = () => {
            say('Waiting for the service');
            if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
          };
        }
        listen();
        """;

    public static string Render(LiveParts parts, PageVisit visit, string nonce) =>
        $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>PerfKit file service</title>
            <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect y='9' width='4' height='7' fill='%230d9488'/%3E%3Crect x='6' y='5' width='4' height='11' fill='%230d9488'/%3E%3Crect x='12' width='4' height='16' fill='%230d9488'/%3E%3C/svg%3E">
            <style nonce="{nonce}">{PageStyle.Css}</style>
            </head>
            <body>
            <a class="skip" href="#stored">Skip to what is stored</a>
            <header>
            <div>
            <h1>PerfKit file service</h1>
            <p>A file service whose every step is measured while it works.</p>
            </div>
            <p class="pulse"><span id="connection" role="status">Loaded</span> <span id="live-moment">{parts.Moment}</span></p>
            <nav aria-label="Service">
            <a href="/openapi/v1.json">API</a> <a href="/workspaces">Workspaces</a> <a href="/health/ready">Health</a> <a href="/metrics">Metrics</a>
            </nav>
            </header>
            <main>
            <section id="stored" class="wide" aria-labelledby="h-stored">
            <h2 id="h-stored">What is stored</h2>
            <div id="live-tiles">{parts.Tiles}</div>
            <div class="two">
            {SearchBox(visit)}
            <div>
            <h3 id="h-recent">Newest files</h3>
            <div id="live-recent">{parts.Recent}</div>
            </div>
            </div>
            </section>
            <section aria-labelledby="h-caches">
            <h2 id="h-caches">Caches</h2>
            <div id="live-caches">{parts.Caches}</div>
            </section>
            <section aria-labelledby="h-limits">
            <h2 id="h-limits">Rate limits</h2>
            <div id="live-limits">{parts.Limits}</div>
            </section>
            <section aria-labelledby="h-jobs">
            <h2 id="h-jobs">Jobs</h2>
            <div id="live-jobs">{parts.Jobs}</div>
            </section>
            <section class="wide" aria-labelledby="h-compare">
            <h2 id="h-compare">Last comparison</h2>
            <div id="live-compare">{parts.Compare}</div>
            </section>
            <section class="wide" aria-labelledby="h-instruments">
            <h2 id="h-instruments">Instruments</h2>
            <details><summary>Every series of the PerfKit meters</summary><div id="live-instruments" class="scroll">{parts.Instruments}</div></details>
            </section>
            </main>
            <noscript><p class="note">Without scripts the page shows the moment it was loaded; load it again for the next.</p></noscript>
            <script nonce="{nonce}">{Script}</script>
            </body>
            </html>

            """;

    private static string SearchBox(PageVisit visit)
    {
        if (!visit.CanSearch)
        {
            return "";
        }

        return $"""
            <div>
            <h3 id="h-search">Search the demo files</h3>
            <form action="/#results" method="get" role="search" aria-labelledby="h-search">
            <label for="q">Words in path, name or text</label>
            <div class="field"><input id="q" name="q" type="search" maxlength="256" required autocomplete="off" value="{Show.Text(
                visit.Query ?? ""
            )}"> <button>Search</button></div>
            </form>
            <div id="results">{Results(visit)}</div>
            </div>
            """;
    }

    private static string Results(PageVisit visit)
    {
        if (visit.Answer is not { } answer)
        {
            return "";
        }

        if (answer.Fault is not null || answer.Hits.Count == 0)
        {
            return $"<p class=\"empty\">{Show.Text(answer.Fault ?? $"Nothing matches “{visit.Query}”.")}</p>";
        }

        var html = new StringBuilder("<ol class=\"hits\">");
        foreach (var hit in answer.Hits)
        {
            html.Append($"<li>{StorePart.FileLink(hit.Id, hit.Path)}<p>{hit.Snippet}</p></li>"); // Escaped by the search.
        }

        return html.Append("</ol>").ToString();
    }
}
