"""Other users of the machine: they cannot pose as the service, and their directories are refused in a sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import io
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_sagemaker import connect_service
from local_sagemaker.__main__ import main
from local_sagemaker.core import access, state_directory
from local_sagemaker.core.errors import StateDirectoryError

NOBODY = 65534


def test_impostor_at_a_killed_services_port_is_not_used(tmp_path):
    requests = []

    class Impostor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(identity).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Impostor) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        more = {"own_process": True, "keep_alive": 15, "version": "1", "isolation": "fork", "use": {}}
        identity = {**more, "state_dir": str(tmp_path), "pid": 1, "endpoint_url": url, "region": "us-east-1"}
        identity["account_id"] = access.ACCOUNT_ID
        access.write(tmp_path, access.Access(url, "us-east-1", access.new_key()), identity)
        threading.Thread(target=server.serve_forever).start()
        try:
            assert state_directory.answering_service(tmp_path).pid == 1
            requests.clear()
            assert not state_directory.still_serves(tmp_path, access.read(tmp_path))
            access.write(tmp_path, access.Access(url, "us-east-1", access.new_key()), identity)
            assert state_directory.find_service(tmp_path) is None
        finally:
            server.shutdown()
    assert requests == []
    assert not (tmp_path / access.ADDRESS_FILE).exists()


def test_reused_process_id_is_not_the_service(tmp_path, capsys):
    with subprocess.Popen(["sleep", "60"]) as other:
        try:
            to = access.Access("http://127.0.0.1:1", "us-east-1", access.new_key())
            access.write(tmp_path, to, {"pid": other.pid, "own_process": True})
            assert main(["stop", "--state-dir", str(tmp_path)]) == 3
            assert capsys.readouterr().err == f"No service runs on {tmp_path}.\n"
            assert other.poll() is None
        finally:
            other.kill()


def test_found_service_serves_until_another_has_its_place(tmp_path):
    found = access.Access("http://127.0.0.1:1", "us-east-1", access.new_key())
    identity = {"pid": 1, "endpoint_url": found.endpoint_url, "region": found.region}
    with state_directory.hold(tmp_path), state_directory.announce(tmp_path, found, identity):
        assert state_directory.still_serves(tmp_path, found)
        assert not state_directory.still_serves(tmp_path, dataclasses.replace(found, endpoint_url="http://127.0.0.1:2"))


@pytest.fixture
def of_another_user() -> Iterator[Path]:
    """A state directory that ``as_another_user`` may find, but not use."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        for name in ("start.lock", "service.lock", "service.log"):
            (state / name).touch(mode=0o000)
        yield state


def as_another_user(*arguments: str) -> tuple[int, str]:
    """Run ``local-sagemaker`` in a process without the rights of root; returns exit code and standard error."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code, stderr = 70, io.StringIO()
        with contextlib.suppress(BaseException), contextlib.redirect_stderr(stderr):
            if os.getuid() == 0:
                os.setuid(NOBODY)
            code = main(arguments)
        os.write(writer, stderr.getvalue().encode())
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as sent:
        text = sent.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


@pytest.mark.parametrize("command", ["status", "stop", "serve"])
def test_another_users_directory_is_refused(of_another_user, command):
    code, stderr = as_another_user(command, "--state-dir", str(of_another_user))
    assert code == 3
    expected = f"The state directory {of_another_user} cannot be used: service.lock: Permission denied."
    assert stderr.startswith(expected)
    assert stderr.count("\n") == 1


def test_another_users_log_is_refused(of_another_user):
    code, stderr = as_another_user("logs", "--state-dir", str(of_another_user))
    assert (code, stderr.count("\n")) == (3, 1)
    assert stderr.startswith(f"You may not read {of_another_user / 'service.log'}")


def test_directory_that_disappears_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(access, "make_private", lambda _directory: None)
    with pytest.raises(StateDirectoryError, match="No such file"), connect_service(tmp_path / "deleted"):
        pass
