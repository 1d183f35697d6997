"""``report.html``: the results of an evaluation on one page that opens offline."""
