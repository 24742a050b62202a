#pragma once

namespace xg::viz::detail {

// Colours are variables, so that a dark page is a second set of them.
inline constexpr char report_style[] = R"css(
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #ffffff; --ink: #22252a; --soft: #6b7280;
  --line: #e3e1dc; --shade: 37, 99, 175; --c0: #2563af; --c1: #d1622b; --c2: #2e8b57; --c3: #8e4fb0;
  --c4: #b8921a; --c5: #c0396b; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --card: #1f2227; --ink: #e6e7ea;
  --soft: #9aa1ad; --line: #343941; --shade: 96, 160, 235; --c0: #6ea8ee; --c1: #ef9462; --c2: #63c48f;
  --c3: #c190e0; --c4: #e0bd55; --c5: #ee82a8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 20px 64px; max-width: 1180px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { margin: 0; font-size: 28px; letter-spacing: -.01em; }
h2 { margin: 36px 0 12px; font-size: 20px; }
h3 { margin: 0 0 10px; font-size: 15px; font-weight: 600; }
p { max-width: 72ch; } .subtitle { margin: 4px 0 20px; color: var(--soft); }
main { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
main > h2, main > p, main > .facts { flex: 1 0 100%; margin-bottom: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px;
  flex: 0 1 auto; max-width: 100%; overflow-x: auto; } .chart { flex: 1 1 460px; }
.facts { display: flex; flex-wrap: wrap; gap: 12px; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 10px 16px; min-width: 130px; }
.facts b { display: block; font-size: 20px; font-variant-numeric: tabular-nums; }
.facts span { color: var(--soft); font-size: 13px; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 12px; }
.grid { stroke: var(--line); } .curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.legend { display: flex; flex-wrap: wrap; gap: 16px; margin: 6px 0 0 64px; font-size: 13px; }
.legend i { display: inline-block; width: 18px; height: 3px; margin-right: 6px; vertical-align: middle; }
.curve.c0 { stroke: var(--c0); } .curve.c1 { stroke: var(--c1); } .curve.c2 { stroke: var(--c2); }
.curve.c3 { stroke: var(--c3); } .curve.c4 { stroke: var(--c4); } .curve.c5 { stroke: var(--c5); }
i.c0 { background: var(--c0); } i.c1 { background: var(--c1); } i.c2 { background: var(--c2); }
i.c3 { background: var(--c3); } i.c4 { background: var(--c4); } i.c5 { background: var(--c5); }
.tiles { display: flex; flex-wrap: wrap; gap: 8px; } figure { margin: 0; text-align: center; }
figure img { display: block; border: 1px solid var(--line); border-radius: 3px; margin: 0 auto;
  image-rendering: pixelated; } figcaption { color: var(--soft); font-size: 12px; padding-top: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th { color: var(--soft); font-weight: 500; } td, th { padding: 5px 10px; text-align: right; }
.rows td, .rows th { border-bottom: 1px solid var(--line); text-align: left; }
.confusion td { width: 42px; text-align: center; border: 1px solid var(--line); }
.confusion .right { font-weight: 600; } .confusion .none { color: transparent; }
)css";

}  // namespace xg::viz::detail
