"""The note that a running page leaves in the state directory, so that other commands can print addresses in it."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from pipelines.aws.responses import last_part

_FILE = "studio.json"
_PATIENCE_SECONDS = 0.5


@contextlib.contextmanager
def noted(folder: Path, target: str, url: str) -> Iterator[None]:
    """Note that a page over a target runs at an address, until the block ends."""
    file = folder / _FILE
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"target": target, "url": url}) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def page_of(folder: Path, target: str, pipeline: str, execution_arn: str) -> str | None:
    """Return the address of an execution in the page that runs over a target; None if none runs."""
    try:
        note = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        url = str(note["url"])
        port = urlsplit(url).port or 0
        if note["target"] != target:
            return None
        socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS).close()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"{url}executions/{quote(pipeline)}/{quote(last_part(execution_arn))}"
