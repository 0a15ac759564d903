namespace Ml.Cnn.Evaluation.Pages;

/// <summary>How pages look. Colors have a contrast of at least 4.5 to 1 for text and 3 to 1 for what is drawn (WCAG 2.2, 1.4.3 and 1.4.11).</summary>
internal static class PageStyle
{
    public const string Css = """

        :root { --ink: #1c2128; --soft: #57606a; --paper: #ffffff; --panel: #f5f7f9; --line: #d5dae0; --accent: #0b63ce; --second: #b3470b; --third: #7a3fb5;
          --plain: #7d8792; --good: #1a6e35; --mark: #eaf2fd; --hit: #dff1e4; --miss1: #fdf0e3; --miss2: #fbdcbd; --miss3: #f7c093; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --soft: #a3adb8; --paper: #14181d; --panel: #1c2229; --line: #38414b; --accent: #6cb0ff;
          --second: #ff9a5c; --third: #c99bff; --plain: #78838f; --good: #62cf83; --mark: #16283d; --hit: #173322;
          --miss1: #33241a; --miss2: #4d2e17; --miss3: #6e3c14; } }
        * { box-sizing: border-box; }
        html { color-scheme: light dark; }
        body { margin: 0 auto; max-width: 1180px; padding: 0 20px 64px; background: var(--paper); color: var(--ink);
          font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }
        h1 { font-size: 1.75rem; line-height: 1.25; margin: 32px 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 1.3rem; margin: 44px 0 10px; padding-top: 12px; border-top: 1px solid var(--line); }
        h3 { font-size: 1.05rem; margin: 24px 0 6px; }
        p { margin: 8px 0; max-width: 80ch; }
        header p, .note, caption, figcaption { color: var(--soft); }
        .note { font-size: .9rem; }
        a { color: var(--accent); }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .skip { position: absolute; left: -999em; background: var(--paper); padding: 8px 12px; }
        .skip:focus { left: 12px; top: 12px; z-index: 1; }
        nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; margin: 14px 0 0; }
        nav li { padding: 2px 0; }
        main:focus { outline: none; }
        .lead { font-size: 1.15rem; max-width: 70ch; }
        ul.facts { padding-left: 20px; max-width: 80ch; }
        ul.facts li { margin: 6px 0; }
        .scroll { overflow-x: auto; margin: 10px 0; border: 1px solid var(--line); border-radius: 6px; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        caption { text-align: left; padding: 8px 12px; font-size: .9rem; }
        th, td { text-align: left; padding: 6px 12px; border-top: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
        thead th { background: var(--panel); font-weight: 600; }
        tbody th { font-weight: 600; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
        td.wrap { white-space: normal; min-width: 26ch; }
        tr.best > * { background: var(--mark); }
        .tag { display: inline-block; padding: 0 7px; border: 1px solid var(--line); border-radius: 9px; font-size: .82rem; color: var(--soft); }
        .tag.good { color: var(--good); border-color: var(--good); }
        .bar { display: flex; align-items: center; min-width: 220px; height: 1.55em; }
        .bar span { display: block; height: 14px; min-width: 2px; background: var(--accent); border-radius: 2px; }
        .bar.weak span { background: var(--plain); }
        figure { margin: 12px 0; }
        ul.pictures { list-style: none; display: flex; flex-wrap: wrap; gap: 12px; padding: 0; } ul.pictures figure { margin: 0; max-width: 128px; }
        ul.pictures figcaption { overflow-wrap: anywhere; } img { max-width: 100%; height: auto; } img.pixels { image-rendering: pixelated; }
        figcaption { font-size: .9rem; margin-top: 4px; max-width: 80ch; }
        svg { display: block; width: 100%; height: auto; max-width: 920px; }
        svg text { fill: var(--ink); font-size: 13px; }
        svg .label { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
        svg .tick { fill: var(--soft); font-size: 12px; }
        svg .grid { stroke: var(--line); stroke-width: 1; }
        svg .frame { fill: none; stroke: var(--soft); stroke-width: 1; }
        svg .plain { stroke: var(--plain); } svg .best { stroke: var(--accent); } svg .second { stroke: var(--second); } svg .third { stroke: var(--third); }
        svg polyline { fill: none; stroke-width: 1.2; stroke-opacity: .55; stroke-linejoin: round; }
        svg polyline.best, svg polyline.second, svg polyline.third { stroke-width: 2.5; stroke-opacity: 1; }
        svg polyline.second { stroke-dasharray: 7 3; } svg polyline.third { stroke-dasharray: 2 3; }
        svg circle.plain, svg path.plain { fill: var(--plain); fill-opacity: .55; } svg circle.best, svg path.best { fill: var(--accent); }
        svg circle.second, svg path.second { fill: var(--second); } svg circle.third { fill: var(--third); }
        svg .whisker { stroke-width: 1.5; fill: none; }
        svg polyline.front { stroke: var(--second); stroke-width: 1.5; stroke-opacity: 1; stroke-dasharray: 5 4; }
        pre { overflow-x: auto; margin: 10px 0; padding: 12px 14px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
          font: .86rem/1.5 ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; }
        pre code { font: inherit; user-select: all; -webkit-user-select: all; }
        .gallery { display: flex; flex-wrap: wrap; gap: 12px; margin: 10px 0; padding: 0; list-style: none; }
        .gallery li { max-width: 150px; font-size: .82rem; line-height: 1.35; overflow-wrap: anywhere; }
        .gallery img { display: block; height: auto; margin-bottom: 4px; border-radius: 3px; background: var(--panel); }
        .gallery .pair { display: flex; gap: 4px; }
        .gallery img.small { min-width: 64px; image-rendering: pixelated; }
        .scroll.tall { max-height: 85vh; overflow: auto; }
        table.matrix { width: auto; font-size: .8rem; }
        table.matrix caption { white-space: nowrap; }
        table.matrix th, table.matrix td { padding: 2px 4px; text-align: right; border-left: 1px solid var(--line); }
        table.matrix thead th { position: sticky; top: 0; z-index: 1; vertical-align: bottom; }
        table.matrix thead th span { writing-mode: vertical-rl; max-height: 11em; overflow: hidden; text-overflow: ellipsis; }
        table.matrix tbody th { position: sticky; left: 0; background: var(--paper); max-width: 11em; overflow: hidden; text-overflow: ellipsis; }
        table.matrix td a { display: block; min-width: 24px; padding: 3px 2px; border-radius: 3px; color: var(--ink); font-variant-numeric: tabular-nums; }
        table.matrix td.right a { background: var(--hit); } table.matrix td.few a { background: var(--miss1); }
        table.matrix td.some a { background: var(--miss2); } table.matrix td.many a { background: var(--miss3); }
        .cell { display: none; margin: 10px 0; padding: 4px 16px 10px; border: 2px solid var(--accent); border-radius: 6px; }
        .cell:target { display: block; }
        details { margin: 10px 0; }
        summary { cursor: pointer; color: var(--accent); }
        dl { display: grid; grid-template-columns: minmax(9em, max-content) 1fr; gap: 4px 18px; margin: 8px 0; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        @media (max-width: 640px) { body { padding: 0 14px 48px; } svg text { font-size: 21px; } svg .tick { font-size: 20px; } svg .minor { display: none; }
          dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } .bar { min-width: 120px; } }
        @media print { nav, .skip { display: none; } .scroll, .scroll.tall { overflow: visible; max-height: none; } }

        """;
}
