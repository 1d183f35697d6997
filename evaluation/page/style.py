"""The report's style beside the shared one."""

STYLE = """
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
.summary li:first-child { font-weight: 650; }
tr.best td { font-weight: 650; background: var(--chosen); }
tr.baseline td { color: var(--soft); }
.badge { display: inline-block; background: var(--accent); color: var(--paper); border-radius: 999px;
  font-size: 0.72rem; padding: 1px 8px; margin-left: 6px; font-weight: 600; }
.matrices { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(140px, 100%), 1fr)); }
.matrices > * { min-width: 0; }
.chart { width: 100%; }
.matrix { table-layout: fixed; }
.matrix caption { color: var(--soft); font-size: 0.85rem; padding-bottom: 2px; }
.matrix td { text-align: center; white-space: normal; padding: 14px 2px; border: 3px solid var(--paper); }
.matrix td b { display: block; font-size: 1.15rem; }
.matrix th { text-align: center; padding: 6px 3px; font-size: 0.82rem; border: 0; white-space: normal; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--accent); }
"""
