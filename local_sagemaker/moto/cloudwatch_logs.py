"""The output of jobs in CloudWatch Logs, copied into moto from the files when a client reads logs.

So logs survive a restart, and a client that never reads logs does not wait for moto to load CloudWatch Logs.
"""

import io
import json
from pathlib import Path
from threading import Lock
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.logs import events_in
from local_sagemaker.moto.dispatch import whole_body
from local_sagemaker.moto.s3.downloads import Environ


class JobLogs:
    """The log groups of one account and region."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._directory = core.logs.directory
        self._lock = Lock()
        self._shown: dict[Path, int] = {}

    def show(self, environ: Environ) -> None:
        """Bring moto's CloudWatch Logs up to date with the files, before it answers a request."""
        from moto.logs.models import logs_backends

        backend = logs_backends[self._core.account_id][self._core.region]
        with self._lock:
            for path in sorted(self._directory.rglob("*.log")):
                self._show_file(backend, path)
        if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".FilterLogEvents"):
            _name_streams(backend, environ)

    def _show_file(self, backend: Any, path: Path) -> None:
        shown = self._shown.get(path, 0)
        size = path.stat().st_size
        if shown == size and path in self._shown:
            return
        group, stream = self._names_of(path)
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)
        events = [{"timestamp": moment, "message": text or " "} for moment, text in events_in(path, shown, size)]
        # Not the backend's own put_log_events, which refuses events older than two weeks.
        backend.groups[group].put_log_events(stream, events)
        self._shown[path] = size

    def _names_of(self, path: Path) -> tuple[str, str]:
        """The group and stream of a file; a group is as deep as AWS makes it for its kind of job."""
        parts = path.relative_to(self._directory).with_suffix("").parts
        depth = 4 if "Endpoints" in parts[:3] else 3
        return "/" + "/".join(parts[:depth]), "/".join(parts[depth:])


def _name_streams(backend: Any, environ: Environ) -> None:
    """Replace the prefix in a FilterLogEvents request, which moto ignores, by the names of the streams that have it."""
    request = json.loads(whole_body(environ) or b"{}")
    prefix = request.pop("logStreamNamePrefix", None)
    if not prefix:
        return
    if request.get("logStreamNames"):
        raise NotImplementedError("Give either logStreamNamePrefix or logStreamNames, one of the two.")
    group = backend.groups.get(request.get("logGroupName"))
    names = [name for name in (group.streams if group else ()) if name.startswith(prefix)]
    # moto reads no names as all names; a name with a colon is none of any stream.
    body = json.dumps({**request, "logStreamNames": names or [":"]}).encode()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
