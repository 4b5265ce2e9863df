/// The stylesheet of all pages.
enum PageStyle {
    static let sheet: Markup = #"""
        :root {
          color-scheme: light dark;
          --paper: #fcfcfb; --ink: #1b1f24; --quiet: #5b636c; --hair: #dcdfe3; --grid: #eaecee; --wash: #f3f4f4;
          --accent: #0b5fa5; --encode: #1f6fb2; --prefill: #c65a11; --decode: #12876a; --other: #7c828a;
          --warning: #8a4b00;
          --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #15181b; --ink: #e3e6e9; --quiet: #9ba4ad; --hair: #30363c; --grid: #24292e; --wash: #1c2024;
            --accent: #7ab8ee; --encode: #5fa8e6; --prefill: #f0945a; --decode: #45c2a0; --other: #8d959e;
            --warning: #f0b45a;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
          font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
        }
        main { max-width: 1140px; margin: 0 auto; padding: 40px 24px 96px; }
        header { margin-bottom: 28px; }
        .kind { margin: 0 0 2px; color: var(--quiet); font-size: 13px; }
        h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.2; font-weight: 650; letter-spacing: -0.012em; overflow-wrap: anywhere; }
        h2 { margin: 0 0 4px; font-size: 19px; font-weight: 650; letter-spacing: -0.006em; }
        .facts { margin: 0; color: var(--quiet); font-size: 14px; overflow-wrap: anywhere; }
        .facts span:not(:last-child)::after { content: " ·"; color: var(--hair); }
        .facts .key { display: inline-block; width: 10px; height: 10px; margin-right: 7px; background: var(--c); }
        blockquote { margin: 14px 0 0; padding: 0 0 0 14px; border-left: 2px solid var(--hair); max-width: 68ch; max-height: 6.2em; overflow: auto; overflow-wrap: anywhere; }
        .warning { color: var(--warning); font-weight: 600; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 0; margin: 0 0 44px; border-top: 1px solid var(--hair); border-bottom: 1px solid var(--hair); }
        .figures div { padding: 12px 14px 12px 0; }
        .figures dt { color: var(--quiet); font-size: 13px; }
        .figures dd { margin: 0; white-space: nowrap; font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; }
        .figures small { display: block; white-space: normal; color: var(--quiet); font-size: 12.5px; font-weight: 400; letter-spacing: 0; }
        section { margin: 0 0 52px; }
        .about { margin: 0 0 12px; max-width: 84ch; color: var(--quiet); font-size: 14px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 13px; color: var(--quiet); }
        .legend i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; background: var(--c); vertical-align: -1px; }
        .legend i.waiting { opacity: 0.5; } .legend i.overhead { opacity: 0.22; }
        .legend i.disc { --c: var(--quiet); border-radius: 50%; }
        .legend i.diamond { --c: var(--quiet); transform: rotate(45deg) scale(0.85); }
        .c-encode { --c: var(--encode); } .c-prefill { --c: var(--prefill); } .c-decode { --c: var(--decode); }
        .c-other { --c: var(--other); } .c-first { --c: var(--encode); } .c-second { --c: var(--prefill); }

        .plot { overflow-x: auto; }
        svg.chart { display: block; width: 100%; min-width: 640px; height: auto; margin: 4px 0 16px; }
        svg text { font-size: 12.5px; fill: var(--ink); }
        svg .tick, svg .axis { fill: var(--quiet); font-size: 12px; }
        svg .value { fill: var(--quiet); white-space: pre; }
        svg .value.small { font-size: 11px; }
        svg .name { font-family: var(--mono); font-size: 12px; }
        svg .point-name { font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
        svg .grid { stroke: var(--grid); stroke-width: 1; }
        svg .roof { stroke: var(--quiet); stroke-width: 1.25; }
        svg .limit { fill: var(--quiet); font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
        svg .mark { fill: var(--c); }
        svg .waiting { fill-opacity: 0.5; } svg .overhead { fill-opacity: 0.22; }
        svg .point { fill-opacity: 0.78; stroke: var(--paper); stroke-width: 1; }
        svg .line { fill: none; stroke: var(--c); stroke-width: 1.5; stroke-linejoin: round; }
        svg .band { fill: var(--c); fill-opacity: 0.18; }
        svg .back { fill: transparent; }
        svg .row[data-filter] { cursor: pointer; }
        svg .row[data-filter]:hover .back, svg .row:focus-visible .back { fill: var(--wash); }
        svg .row:focus-visible { outline: none; } svg .row:focus-visible .name { text-decoration: underline; }
        svg .mark:hover { filter: brightness(1.15); }

        .scroll { overflow: auto; max-height: 82vh; margin-bottom: 12px; border-top: 1px solid var(--hair); border-bottom: 1px solid var(--hair); }
        table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.35; }
        caption { text-align: left; padding: 8px 0 4px; font-weight: 600; }
        .js .view caption, #stages caption, #summary caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        th, td { padding: 5px 8px; text-align: left; vertical-align: baseline; white-space: nowrap; }
        th:first-child, td:first-child { padding-left: 0; }
        th { position: sticky; top: 0; background: var(--paper); color: var(--quiet); font-weight: 500; box-shadow: inset 0 -1px var(--hair); z-index: 1; }
        tbody tr + tr td { border-top: 1px solid var(--grid); }
        tbody tr:hover td { background: var(--wash); }
        .n { text-align: right; }
        td.name { font-family: var(--mono); font-size: 12px; }
        td.quiet { color: var(--quiet); font-size: 12.5px; }
        #stages td.quiet { white-space: normal; min-width: 300px; }
        .overhead-row td.name { font: inherit; font-style: italic; color: var(--quiet); }
        td.stage::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; background: var(--c); }
        .share { display: inline-block; position: relative; min-width: 62px; }
        .share i { position: absolute; left: 0; bottom: -1px; height: 2px; background: var(--other); opacity: 0.75; }
        .faster { color: var(--decode); font-weight: 600; } .slower { color: var(--prefill); font-weight: 600; }
        th button { all: unset; cursor: pointer; }
        th button:hover { color: var(--ink); }
        th button:focus-visible, .tabs button:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        th[aria-sort] { color: var(--ink); }
        th[aria-sort] button::after { content: " ▾"; } th[aria-sort="ascending"] button::after { content: " ▴"; }
        details { margin: 0 0 12px; } summary { cursor: pointer; color: var(--quiet); font-size: 14px; }

        .controls { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 18px; margin: 8px 0 12px; font-size: 14px; }
        .controls[hidden] { display: none; }
        .tabs { display: inline-flex; border: 1px solid var(--hair); border-radius: 6px; overflow: hidden; }
        .tabs button { all: unset; padding: 4px 12px; cursor: pointer; color: var(--quiet); }
        .tabs button + button { border-left: 1px solid var(--hair); }
        .tabs button:hover { color: var(--ink); }
        .tabs button[aria-pressed="true"] { background: var(--wash); color: var(--ink); font-weight: 600; }
        .controls label { color: var(--quiet); }
        .controls select, .controls input { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--hair); border-radius: 6px; padding: 3px 8px; }
        .controls input { width: 210px; }
        .controls select:focus-visible, .controls input:focus-visible { outline: 2px solid var(--accent); outline-offset: 0; }
        .controls output { color: var(--quiet); margin-left: auto; }
        #hint { position: fixed; z-index: 9; max-width: 380px; padding: 7px 10px; border-radius: 5px; background: var(--ink); color: var(--paper); font-size: 12.5px; line-height: 1.4; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none; }
        #hint[hidden] { display: none; }
        @media (max-width: 640px) { main { padding: 24px 16px 64px; } h1 { font-size: 23px; } .controls output { margin-left: 0; } }
        @media print { .scroll { max-height: none; overflow: visible; } .controls { display: none; } section { break-inside: avoid-page; } }
        """#
}
