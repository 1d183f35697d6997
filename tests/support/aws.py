"""An HTTP server that replaces AWS: it forwards to the local service, unless a test sets the response."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Answer:
    """One response."""

    body: str
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


Responder = Callable[[dict[str, Any]], Answer | None]


def json_answer(body: dict[str, Any]) -> Answer:
    return Answer(json.dumps(body))


def json_error(code: str, message: str = "", status: int = 400) -> Answer:
    return Answer(json.dumps({"__type": code, "message": message}), status)


QUOTAS = {
    "ml.m5.xlarge for processing job usage": 4,
    "ml.m5.xlarge for training job usage": 15,
    "ml.m5.large for transform job usage": 4,
}


def quotas_answer(**changed: int) -> Answer:
    values = {**QUOTAS, **{name.replace("_", " "): value for name, value in changed.items()}}
    listed = [{"QuotaName": name, "QuotaCode": "L-0123ABCD", "Value": value} for name, value in values.items()]
    return json_answer({"Quotas": listed})


def simulated_answer(request: dict[str, Any], denied: tuple[str, ...] = ()) -> Answer:
    actions = [value for name, value in request.items() if name.startswith("ActionNames.member.")]
    results = "".join(
        f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>x</EvalResourceName>"
        f"<EvalDecision>{'implicitDeny' if action in denied else 'allowed'}</EvalDecision></member>"
        for action in actions
    )
    body = (
        '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        "<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>"
        f"<EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult>"
        "</SimulatePrincipalPolicyResponse>"
    )
    return Answer(body, content_type="text/xml")


class Aws:
    """The server's state; ``answers`` maps an operation to a function of the request; None forwards the request."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.answers: dict[str, Responder] = {}
        self.operations: list[str] = []
        self.date: str | None = None
        self.url = ""

    def next_answers(self, operation: str, *answers: Answer) -> None:
        """Set the responses to the next requests of an operation; later requests are forwarded."""
        left = list(answers)
        self.answers[operation] = lambda _request: left.pop(0) if left else None


@contextlib.contextmanager
def standing_in_for_aws(upstream: str) -> Iterator[Aws]:
    """Serve on loopback at ``url`` until the context ends."""
    aws = Aws(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *arguments: _Handler(aws, *arguments))
    aws.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, aws: Aws, *arguments: Any) -> None:
        self._aws = aws
        super().__init__(*arguments)

    def log_message(self, *_arguments: object) -> None:
        return

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation, request = self._read(body)
        self._aws.operations.append(operation)
        responder = self._aws.answers.get(operation)
        answer = responder(request) if responder else None
        if answer is None:
            self._forward(body)
        else:
            self._send(answer.status, {"Content-Type": answer.content_type, **answer.headers}, answer.body.encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _respond  # noqa: N815 - http.server's names

    def _read(self, body: bytes) -> tuple[str, dict[str, Any]]:
        target = self.headers.get("X-Amz-Target", "")
        if target:
            return target.rpartition(".")[-1], json.loads(body or b"{}")
        form = {name: values[0] for name, values in parse_qs(body.decode("latin-1")).items()}
        return form.get("Action", f"{self.command} {urlsplit(self.path).path}"), form

    def _forward(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self._aws.upstream.netloc, timeout=300)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request(self.command, self.path, body, {**headers, "Host": self.headers["Host"]})
        answer = connection.getresponse()
        content = answer.read()
        kept = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server")
        }
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        connection.close()
        self._send(answer.status, kept, content, length)

    def _send(self, status: int, headers: dict[str, str], body: bytes, length: str | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Date", self._aws.date or self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
