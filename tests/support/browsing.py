"""Opens every view of ``boostpipe studio``, as a reader would who follows all links."""

from __future__ import annotations

import html
import re
import signal
import subprocess
import time

import httpx

PATIENCE_SECONDS = 60
FIRST = ("/", "/models", "/endpoints")
_LINK = re.compile(r'(?:href|src|data-log|data-json)="(/[^"#]*)"')
_NO_VIEW = re.compile(r"^/(language|static)/|/(stop|retry|from|approve|reject|deploy|delete)\b")


def browse(process: subprocess.Popen[str]) -> None:
    """Open each kind of page that the running command links to, and end the command."""
    assert process.stderr is not None
    try:
        first = next(found[0] for line in process.stderr if (found := re.search(r"http://127\S+token=\S+", line)))
        with httpx.Client(base_url=first.partition("?")[0], follow_redirects=True, timeout=PATIENCE_SECONDS) as client:
            client.get(first)
            _wait_for_executions(client)
            _follow(client)
    finally:
        process.send_signal(signal.SIGINT)


def _wait_for_executions(client: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while "/executions/" not in client.get("/").text:
        assert time.monotonic() < until, "no execution is shown"
        time.sleep(0.2)


def _follow(client: httpx.Client) -> None:
    """Follow all links of the first pages, and of those the ones that lead to other paths or tabs."""
    seen: set[str] = set()
    waiting = list(FIRST)
    while waiting:
        address = waiting.pop()
        if address in seen or _NO_VIEW.search(address):
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.text}"
        if answer.headers["content-type"].startswith("text/html") and not answer.text.startswith("<!doctype html><"):
            waiting += [html.unescape(link) for link in _LINK.findall(answer.text) if _leads_on(link)]


def _leads_on(link: str) -> bool:
    """Whether a link leads to a view, and is not a view sorted or filtered in another way."""
    query = link.partition("?")[2]
    return not query or re.fullmatch(r"(tab|step|group)=[^&]*", query) is not None
