namespace FileService.LivePage;

/// <summary>The page's style sheet: light and dark, from 320 px up.</summary>
internal static class PageStyle
{
    public const string Css = """

        :root {
          color-scheme: light dark;
          --paper: #f6f7f8; --card: #fff; --ink: #16202a; --soft: #55626f; --line: #dde3e8;
          --accent: #0f766e; --before: #c2410c; --cold: #a16207; --fill: #0d9488; --track: #e4e9ed; --mark: #fde68a; --bad: #b91c1c;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #0f1519; --card: #182127; --ink: #e6edf2; --soft: #9fb0bd; --line: #2a363f;
            --accent: #5eead4; --before: #f08a5d; --cold: #d9b24c; --fill: #2dd4bf; --track: #2a363f; --mark: #7a5c00; --bad: #fca5a5;
          }
        }
        * { box-sizing: border-box }
        body {
          margin: 0 auto; max-width: 74rem; padding: 1.25rem clamp(.9rem, 3vw, 2rem) 3rem;
          background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
        }
        h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0 }
        ul, ol { list-style: none }
        h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -.01em }
        h2 { font-size: 1.05rem; margin-bottom: .8rem }
        h3 { font-size: .95rem; margin-bottom: .4rem }
        a { color: var(--accent); text-underline-offset: .15em }
        a, summary { padding-block: .15rem }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px }
        .skip { position: absolute; left: -99rem }
        .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .7rem; z-index: 1 }
        header { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; align-items: end; margin-bottom: 1.1rem }
        header div { flex: 1 1 20rem }
        header p { color: var(--soft) }
        nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem }
        .pulse { font-variant-numeric: tabular-nums; font-size: .9rem }
        .pulse::before { content: ""; display: inline-block; width: .6rem; height: .6rem; border-radius: 50%; background: var(--fill); margin-inline-end: .4rem; animation: beat 2s infinite }
        @keyframes beat { 50% { opacity: .35 } }
        @media (prefers-reduced-motion: reduce) { .pulse::before { animation: none } }
        main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .7rem; padding: 1rem 1.1rem; min-width: 0 }
        .wide { grid-column: 1 / -1 }
        .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.2rem 2rem; margin-top: 1.2rem }
        .two > div { min-width: 0 }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: .8rem 1.5rem }
        dt, .note, .empty, label, dd span { color: var(--soft); font-size: .875rem }
        dd strong { display: block; font-size: 1.7rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums }
        dd span { display: block }
        .fault, .refused { color: var(--bad); font-weight: 600 }
        .figure { color: var(--soft); font-size: .875rem; font-variant-numeric: tabular-nums; white-space: nowrap }
        .files li { display: flex; justify-content: space-between; gap: 1rem; padding: .15rem 0 }
        .files li + li, .jobs li + li, .hits li + li { border-top: 1px solid var(--line) }
        .jobs li { display: grid; grid-template-columns: 1fr auto auto; gap: .1rem .8rem; align-items: center; padding: .45rem 0 }
        .jobs .bar { grid-column: 1 / -1 }
        .state { font-size: .8rem; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; color: var(--soft) }
        .state.running, .state.succeeded { color: var(--accent) }
        .state.failed { color: var(--bad) } .failed + .figure + .bar .fill { fill: var(--bad) }
        .caches { display: grid; gap: .9rem }
        .caches li { display: grid; grid-template-columns: 1fr auto; align-items: baseline; gap: .1rem .8rem }
        .caches h3 { margin: 0 }
        .caches .bar, .caches p { grid-column: 1 / -1 }
        .ratio { font-weight: 650; font-variant-numeric: tabular-nums }
        svg { display: block }
        .track { fill: var(--track) } .fill { fill: var(--fill) }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums }
        th, td { text-align: end; padding: .3rem 0 .3rem .7rem; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap }
        thead th { color: var(--soft); font-size: .8rem }
        th:first-child { text-align: start; padding-inline-start: 0; white-space: normal }
        tbody tr:last-child > * { border-bottom: 0 }
        .series small { color: var(--soft); display: block }
        .field { display: flex; gap: .5rem; margin: .25rem 0 .6rem }
        input, button { font: inherit; border-radius: .4rem; border: 1px solid var(--soft); padding: .4rem .7rem; min-width: 0 }
        input { flex: 1; background: var(--paper); color: inherit }
        button { background: var(--accent); color: var(--card); border-color: var(--accent); font-weight: 600; cursor: pointer }
        .hits li { padding: .45rem 0 } .hits p { font-size: .875rem; color: var(--soft) }
        mark { background: var(--mark); color: var(--ink); border-radius: 2px; padding: 0 .1em }
        .chart { margin: 1rem 0 .5rem; overflow: visible }
        .chart text { font-size: 12px; fill: var(--ink); font-variant-numeric: tabular-nums }
        .chart .title { font-size: 14px; font-weight: 600 }
        .chart .factor { font-weight: 650; fill: var(--accent) }
        .chart .tick { text-anchor: middle; font-size: 11px; fill: var(--soft) } .chart .first { text-anchor: start }
        .chart line { stroke: var(--line) }
        .before { fill: var(--before) } .cold { fill: var(--cold) } .after { fill: var(--fill) }
        summary { cursor: pointer; color: var(--soft); font-size: .9rem }
        code { font-size: .9em }

        """;
}
