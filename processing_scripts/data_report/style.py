"""How the page looks, in light and dark, and how it changes its language."""

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #ffffff;
  --ground: #f5f7fa; --accent: #2166ac; --second: #d95f02; --warning: #fff3c4; --far: #b2182b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a5b0bd; --line: #313a45; --paper: #1b2129;
  --ground: #12161b; --accent: #6cabea; --second: #f3994f; --warning: #4a3c0c; --far: #f27885; } }
* { box-sizing: border-box; }
html[lang=en] [lang=ko], html[lang=ko] [lang=en] { display: none; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.55; font-size: 16px;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Apple SD Gothic Neo", "Malgun Gothic",
  "Noto Sans KR", "Noto Sans CJK KR", sans-serif; word-break: keep-all; overflow-wrap: break-word; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 64px; }
header { padding: 12px 4px 4px; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.2rem); line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; margin: 0 0 6px; }
h3 { font-size: 1rem; margin: 16px 0 6px; }
p { margin: 0 0 12px; }
ul { margin: 0; padding-left: 1.2em; } li { margin: 4px 0; }
.note, header p { color: var(--soft); overflow-wrap: anywhere; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px;
  margin: 18px 0; }
.warning { background: var(--warning); border: 1px solid #e9b949; border-radius: 8px; padding: 10px 14px; }
header p.warning { color: var(--ink); }
button { float: right; font: inherit; font-size: 0.88rem; color: var(--soft); background: var(--paper);
  border: 1px solid var(--line); border-radius: 999px; padding: 3px 14px; cursor: pointer; }
.panels { display: grid; gap: 8px 28px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); }
.panels > * { min-width: 0; }
.drawing { width: 100%; max-width: 900px; height: auto; display: block; }
.drawing text { fill: var(--ink); font-size: 12px; } .drawing .axis { fill: var(--soft); }
.middle { text-anchor: middle; } .end { text-anchor: end; }
.grid { stroke: var(--line); } .bar { fill: var(--accent); } .mark { stroke: var(--second); stroke-width: 2; }
.line { fill: none; stroke-width: 2.2; } .series-0 { stroke: var(--accent); } .series-1 { stroke: var(--second); }
.strip { width: 120px; height: 16px; vertical-align: middle; } .strip line { stroke: var(--soft); }
.strip rect { fill: var(--accent); opacity: 0.55; } .strip circle { fill: var(--ink); }
.gauge { display: inline-block; width: 70px; height: 8px; border-radius: 4px; background: var(--line);
  margin-right: 8px; overflow: hidden; vertical-align: middle; }
.gauge i { display: block; height: 100%; background: var(--accent); } .far i { background: var(--far); }
.wide { overflow-x: auto; margin: 0 -4px; padding: 0 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text { white-space: normal; min-width: 14em; }
@media (max-width: 600px) {
  main { padding: 10px 8px 40px; } section { padding: 16px 14px; border-radius: 10px; margin: 12px 0; }
  th, td { padding: 6px 7px; } table { font-size: 0.85rem; } .drawing text { font-size: 17px; }
  .drawing .side { display: none; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } button { display: none; } }
"""
SWITCH = """
const page = document.documentElement, button = document.getElementById("language");
function speak(language) { page.lang = language; button.textContent = language === "ko" ? "English" : "한국어"; }
button.addEventListener("click", () => speak(page.lang === "ko" ? "en" : "ko"));
speak(location.hash === "#ko" || (!location.hash && navigator.language.startsWith("ko")) ? "ko" : "en");
"""
