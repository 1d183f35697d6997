"""Application Auto Scaling: moto's, with targets and policies that survive a restart."""

import json
import re
from collections.abc import Iterable
from threading import Lock
from typing import Any

from werkzeug.test import EnvironBuilder

from local_sagemaker.core.store import Record, Store
from local_sagemaker.moto.dispatch import ignore_start, whole_body
from local_sagemaker.moto.s3.downloads import Application, Environ, StartResponse

SERVICE = "application-autoscaling"
KIND = "scaling-request"
_KEPT = ("RegisterScalableTarget", "PutScalingPolicy")
_DELETED_BY = {"DeregisterScalableTarget": ("ResourceId",), "DeleteScalingPolicy": ("ResourceId", "PolicyName")}
"""The members of a deleting request that select the kept requests to delete; a target's policies go with it."""


class Scaling:
    """A WSGI application around moto's: it records the changing requests, and replays them after a restart."""

    def __init__(self, moto: Application, store: Store) -> None:
        self._moto = moto
        self._store = store
        self._lock = Lock()
        self._replayed = False

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Handle one request; its change is on disk before the response leaves."""
        body = whole_body(environ)
        statuses: list[str] = []

        def note_status(status: str, *rest: Any) -> Any:
            statuses.append(status)
            return start_response(status, *rest)

        with self._lock:
            # At the first request, because moto's Application Auto Scaling takes long to load.
            if not self._replayed:
                for record in self._store.list(KIND):
                    list(self._moto(_environ(record), ignore_start))
                self._replayed = True
            answer = list(self._moto(environ, note_status))
            if statuses[0].startswith("2"):
                self._write_down(_replayable(environ, body))
        return answer

    def _write_down(self, request: Record) -> None:
        operation, given = request["Operation"], json.loads(request["Body"])
        if operation in _KEPT:
            name = "/".join([request["Region"], operation, given["ResourceId"], given.get("PolicyName", "")])
            with self._store.transaction():
                if not self._store.insert(KIND, name, {**request, "Name": name}):
                    self._store.update(KIND, name, lambda record: record.update(request))
        for record in self._store.list(KIND) if operation in _DELETED_BY else ():
            kept = json.loads(record["Body"])
            if all(kept.get(member) == given[member] for member in _DELETED_BY[operation]):
                self._store.delete(KIND, record["Name"])


def _replayable(environ: Environ, body: bytes) -> Record:
    """The parts of a request that a replay needs, without the caller's credentials and signature."""
    scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", str(environ.get("HTTP_AUTHORIZATION", "")))
    return {
        "Operation": str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2],
        "Region": scope.group(1) if scope else "us-east-1",
        "Body": body.decode(),
    }


def _environ(record: Record) -> Environ:
    scope = f"local/20260101/{record['Region']}/{SERVICE}/aws4_request"
    builder = EnvironBuilder(
        method="POST",
        base_url=f"http://{SERVICE}.{record['Region']}.amazonaws.com/",
        content_type="application/x-amz-json-1.1",
        headers=[
            ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"),
            ("X-Amz-Target", f"AnyScaleFrontendService.{record['Operation']}"),
        ],
        data=record["Body"].encode(),
    )
    return builder.get_environ()
