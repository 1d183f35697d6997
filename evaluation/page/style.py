"""How the report looks, from a phone's width to a desk's."""

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #ffffff;
  --ground: #f5f7fa; --accent: #2166ac; --chosen: #eef4fb; --warning: #fff3c4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a5b0bd; --line: #313a45; --paper: #1b2129;
  --ground: #12161b; --accent: #6cabea; --chosen: #22303f; --warning: #4a3c0c; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.55; font-size: 16px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Apple SD Gothic Neo", "Malgun Gothic",
  "Noto Sans KR", "Noto Sans CJK KR", sans-serif; word-break: keep-all; overflow-wrap: break-word; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 64px; }
header { padding: 12px 4px 4px; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.2rem); line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; margin: 0 0 6px; }
h3 { font-size: 1rem; margin: 20px 0 6px; }
p { margin: 0 0 12px; }
.note, header p { color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px;
  margin: 18px 0; }
nav { display: flex; flex-wrap: wrap; gap: 6px 8px; margin: 18px 4px; font-size: 0.88rem; }
nav a { color: var(--soft); text-decoration: none; border: 1px solid var(--line); border-radius: 999px;
  padding: 3px 12px; background: var(--paper); }
nav a:hover { color: var(--accent); border-color: var(--accent); }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(150px, 45%), 1fr));
  margin: 10px 0 16px; }
.tiles div { border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; min-width: 0; }
.tiles div:first-child { background: var(--chosen); }
.tiles span, .tiles small { display: block; color: var(--soft); font-size: 0.82rem; }
.tiles b { display: block; font-size: 1.55rem; line-height: 1.3; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; }
.summary { border-left: 5px solid var(--accent); }
.summary ul { margin: 0; padding-left: 1.2em; }
.summary li { margin: 4px 0; }
.summary li:first-child { font-weight: 650; }
.warning { background: var(--warning); border: 1px solid #e9b949; border-radius: 8px; padding: 10px 14px;
  color: var(--ink); }
.panels + .wide, .pair + .wide { margin-top: 16px; }
.wide { overflow-x: auto; margin: 0 -4px; padding: 0 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child { text-align: left; }
td.text, th.text { text-align: left; white-space: normal; min-width: 9em; }
tr.best td { font-weight: 650; background: var(--chosen); }
tr.baseline td { color: var(--soft); }
.badge { display: inline-block; background: var(--accent); color: var(--paper);
  border-radius: 999px; font-size: 0.72rem;
  padding: 1px 8px; margin-left: 6px; font-weight: 600; }
.panels { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); }
.pair { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); }
.matrices { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(140px, 100%), 1fr)); }
.panels > *, .matrices > *, .pair > * { min-width: 0; }
.chart { width: 100%; }
.matrix { table-layout: fixed; }
.matrix caption { color: var(--soft); font-size: 0.85rem; padding-bottom: 2px; }
.matrix td { text-align: center; white-space: normal; padding: 14px 2px; border: 3px solid var(--paper); }
.matrix td b { display: block; font-size: 1.15rem; }
.matrix th { text-align: center; padding: 6px 3px; font-size: 0.82rem; border: 0; white-space: normal; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--accent); }
.made { font-size: 0.88rem; overflow-wrap: anywhere; word-break: normal; }
@media (max-width: 600px) {
  main { padding: 10px 8px 40px; } section { padding: 16px 14px; border-radius: 10px; margin: 12px 0; }
  th, td { padding: 6px 7px; } table { font-size: 0.85rem; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } nav { display: none; } }
"""
