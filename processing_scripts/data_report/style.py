"""The style of data reports beside the shared one, and the script that switches their language."""

STYLE = """
html[lang=en] [lang=ko], html[lang=ko] [lang=en] { display: none; }
button { float: right; font: inherit; font-size: 0.88rem; color: var(--soft); background: var(--paper);
  border: 1px solid var(--line); border-radius: 999px; padding: 3px 14px; cursor: pointer; }
.drawing { width: 100%; max-width: 900px; height: auto; display: block; }
.drawing text { fill: var(--ink); font-size: 12px; } .drawing .axis { fill: var(--soft); }
.middle { text-anchor: middle; } .end { text-anchor: end; }
.grid { stroke: var(--line); } .bar { fill: var(--accent); } .mark { stroke: var(--second); stroke-width: 2; }
.line { fill: none; stroke-width: 2.2; } .series-0 { stroke: var(--accent); } .series-1 { stroke: var(--second); }
.box-plot { width: 120px; height: 16px; vertical-align: middle; } .box-plot line { stroke: var(--soft); }
.box-plot rect { fill: var(--accent); opacity: 0.55; } .box-plot circle { fill: var(--ink); }
.gauge { display: inline-block; width: 70px; height: 8px; border-radius: 4px; background: var(--line);
  margin-right: 8px; overflow: hidden; vertical-align: middle; }
.gauge i { display: block; height: 100%; background: var(--accent); } .far i { background: var(--far); }
@media (max-width: 600px) { .drawing text { font-size: 17px; } .drawing .side { display: none; } }
"""
LANGUAGE_SWITCH = """
const page = document.documentElement, button = document.getElementById("language");
function show(language) { page.lang = language; button.textContent = language === "ko" ? "English" : "한국어"; }
button.addEventListener("click", () => show(page.lang === "ko" ? "en" : "ko"));
show(location.hash === "#ko" || (!location.hash && navigator.language.startsWith("ko")) ? "ko" : "en");
"""
