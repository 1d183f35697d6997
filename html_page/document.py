"""The HTML document around a page's content, and the style that all pages share."""

from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --line: #e4e7eb; --paper: #ffffff;
  --ground: #f5f7fa; --accent: #2166ac; --second: #d95f02; --chosen: #2166ac14; --shade: #1f293340;
  --warning: #fff3c4; --far: #b2182b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a5b0bd; --line: #313a45; --paper: #1b2129;
  --ground: #12161b; --accent: #6cabea; --second: #f3994f; --chosen: #6cabea24; --shade: #000000b0;
  --warning: #4a3c0c; --far: #f27885; } }
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
ul { margin: 0; padding-left: 1.2em; } li { margin: 4px 0; }
.note, header p { color: var(--soft); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 22px 24px;
  margin: 18px 0; }
.warning { background: var(--warning); border: 1px solid #e9b949; border-radius: 8px; padding: 10px 14px;
  color: var(--ink); }
header .warning { color: var(--ink); }
.panels { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); }
.pair { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); }
.panels > *, .pair > * { min-width: 0; }
.panels + .wide, .pair + .wide { margin-top: 16px; }
/* A shadow marks the side on which a table goes on; paper that scrolls with the table covers it at either end. */
.wide { overflow-x: auto; margin: 0 -4px; padding: 0 4px; background:
  linear-gradient(to right, var(--paper) 16px, transparent) left / 48px 100% no-repeat local,
  linear-gradient(to left, var(--paper) 16px, transparent) right / 48px 100% no-repeat local,
  linear-gradient(to right, var(--shade), transparent) left / 16px 100% no-repeat scroll,
  linear-gradient(to left, var(--shade), transparent) right / 16px 100% no-repeat scroll; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text, th.text { white-space: normal; min-width: 9em; }
.made { font-size: 0.88rem; overflow-wrap: anywhere; word-break: normal; }
@media (max-width: 600px) {
  main { padding: 10px 8px 40px; } section { padding: 16px 14px; border-radius: 10px; margin: 12px 0; }
  th, td { padding: 6px 7px; } table { font-size: 0.85rem; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } nav, button { display: none; } }
"""


def document(body: str, *, title: str, language: str, style: str = "", scripts: str = "") -> str:
    """Return a whole HTML document that loads nothing from the network.

    ``body`` is the HTML of ``<main>``, which the script elements follow; the title is plain text, and the CSS follows
    the shared style.
    """
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        # Without an icon of its own, a browser requests favicon.ico.
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n{scripts}\n</body>\n</html>\n"
    )
