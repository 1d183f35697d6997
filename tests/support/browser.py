"""A headless Chromium, driven over its DevTools pipe: pages at the width of a phone or a desk, in light or dark.

A browser library would bring a runtime of its own (Playwright: 45 MB) for what is one pipe with JSON on it.
https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE_SECONDS = 180
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))"


@dataclass
class Page:
    """An open page.

    Attributes
    ----------
    requests
        The addresses that it requested, its own first.
    errors
        Errors on its console, and uncaught exceptions.
    """

    pipe: Pipe
    session: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript, awaited."""
        parameters = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self._call("Runtime.evaluate", parameters)["result"].get("value")

    def screenshot(self, height: int | None = None, top: int = 0) -> bytes:
        """The page as PNG: all of it, or ``height`` pixels from ``top`` on."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"], "scale": 1}
        taken = self._call("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        return base64.b64decode(taken["data"])

    def open(self, url: str, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Go to a page in a window of this size, and wait until it is drawn."""
        for domain in ("Page", "Network", "Runtime"):
            self._call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", {"features": [scheme]})
        self._call("Page.navigate", {"url": url})
        self.pipe.wait_for("Page.loadEventFired", self._note)
        self.evaluate(DRAWN)

    def _call(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.pipe.call(method, parameters or {}, self.session, self._note)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.errors.append(parameters["exceptionDetails"]["text"])
        elif event["method"] == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.errors.append(str(parameters["args"]))


class Pipe:
    """Messages of JSON, each ended by a zero byte."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes, self._number, self._rest = reads, writes, 0, b""

    def call(self, method: str, parameters: dict[str, Any], session: str | None, note: Any) -> dict[str, Any]:
        """Call a method; events that come before its answer are handed to ``note``."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        text = json.dumps(message if session is None else {**message, "sessionId": session}).encode() + b"\0"
        while text:
            text = text[os.write(self._writes, text) :]
        for answer in self._messages():
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            if "method" in answer:
                note(answer)
        raise RuntimeError("The browser has ended.")

    def wait_for(self, method: str, note: Any) -> None:
        """Read events until this one comes."""
        for message in self._messages():
            if "method" in message:
                note(message)
            if message.get("method") == method:
                return

    def _messages(self) -> Iterator[dict[str, Any]]:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            while b"\0" in self._rest:
                message, self._rest = self._rest.split(b"\0", 1)
                yield json.loads(message)
            ready, _, _ = select.select([self._reads], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError(f"The browser sent nothing for {PATIENCE_SECONDS} s.")
            read = os.read(self._reads, 1 << 16)
            if not read:
                return
            self._rest += read


@contextmanager
def browser() -> Iterator[Pipe]:
    """Start a browser with a profile of its own; it ends with the block."""
    assert CHROMIUM, "Install a browser first: apt-get install chromium"
    to_browser, from_browser = os.pipe(), os.pipe()

    def hand_over() -> None:
        reads, writes = os.dup(to_browser[0]), os.dup(from_browser[1])  # the browser wants them as 3 and 4
        high = [os.dup2(descriptor, 100 + at) for at, descriptor in enumerate((reads, writes))]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,
            preexec_fn=hand_over,  # noqa: PLW1509 - nothing else runs here
        )
        os.close(to_browser[0])
        os.close(from_browser[1])
        try:
            yield Pipe(from_browser[0], to_browser[1])
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)
            os.close(from_browser[0])
            os.close(to_browser[1])


@contextmanager
def open_page(pipe: Pipe, url: str, *, width: int, height: int = 900, dark: bool = False) -> Iterator[Page]:
    """Open a page in a tab of its own, which is closed with the block."""
    target = pipe.call("Target.createTarget", {"url": "about:blank"}, None, lambda _: None)["targetId"]
    attached = pipe.call("Target.attachToTarget", {"targetId": target, "flatten": True}, None, lambda _: None)
    page = Page(pipe, attached["sessionId"])
    try:
        page.open(url, width=width, height=height, dark=dark)
        yield page
    finally:
        pipe.call("Target.closeTarget", {"targetId": target}, None, lambda _: None)
