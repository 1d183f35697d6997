"""On a full disk work fails with one sentence, and continues in the same directory when there is space."""

from __future__ import annotations

import contextlib
import errno
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.__main__ import main
from local_sagemaker.core import disk
from local_sagemaker.lifetime import open_service
from local_sagemaker.moto.s3.object_files import ObjectFiles
from tests.conformance.conftest import Pipelines
from tests.conformance.stand_ins import StandIns, definition, depends_on, processing
from tests.support.failing_disk import ERRORS, SENTENCE, failing, names_below

FULL = "The disk of the state directory .* is full: free some space"


class Disk:
    """A small disk, or a folder that behaves like a full one."""

    def __init__(self, state: Path, monkeypatch: pytest.MonkeyPatch, *, real: bool) -> None:
        self.state, self._patch, self._real = state, monkeypatch, real

    def fill(self) -> None:
        if self._real:
            with (self.state / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            return

        def refuse(*_: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        self._patch.setattr(disk, "RESERVE", 2**80)
        self._patch.setattr(ObjectFiles, "write", refuse)

    def free(self) -> None:
        self._patch.undo()
        (self.state / "ballast").unlink(missing_ok=True)


@pytest.fixture(params=["4m", "12m", "injected"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    state = tmp_path / "state"
    state.mkdir()
    if request.param == "injected":
        yield Disk(state, monkeypatch, real=False)
        return
    command = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(state)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user cannot mount a small disk")
    try:
        yield Disk(state, monkeypatch, real=True)
    finally:
        subprocess.run(["umount", str(state)], check=True)


def test_full_disk_fails_what_runs_and_the_directory_goes_on(small_disk, aws):
    stand_ins = StandIns()
    steps = [processing("A", SECONDS="1", outputs={"out": "s3://bucket/a"}), processing("B", more=depends_on("A"))]
    with open_service(small_disk.state, runners=stand_ins.runners) as service:
        service.core.objects.create_bucket("bucket")
        s3, sagemaker = aws("s3", service), aws("sagemaker", service)
        pipelines = Pipelines(service, sagemaker)
        name = pipelines.create(definition(*steps))
        running = pipelines.start(name)
        while running.statuses.get("A") != "Executing":
            time.sleep(0.01)
        small_disk.fill()
        with pytest.raises(ClientError, match=f"InsufficientStorage.*{FULL}"):
            s3.put_object(Bucket="bucket", Key="large", Body=bytes(2_000_000))
        with pytest.raises(ClientError, match=f"InsufficientStorage.*{FULL}"):
            pipelines.start(name)
        running.wait()
        assert running.status == "Failed"
        assert FULL.partition(" .*")[0] in running.steps["A"]["FailureReason"]
        small_disk.free()
        again = pipelines.start(name).wait()
        assert (again.status, again.statuses) == ("Succeeded", {"A": "Succeeded", "B": "Succeeded"})
    with open_service(small_disk.state, runners=stand_ins.runners) as service:
        listed = aws("sagemaker", service).list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
        assert [each["PipelineExecutionStatus"] for each in listed] == ["Succeeded", "Failed"]


def test_nothing_written_in_memory_is_lost(small_disk):
    with open_service(small_disk.state, runners=StandIns().runners) as service:
        small_disk.fill()
        for number in range(50):
            service.core.store.insert("kind", str(number), {"number": number})
        small_disk.free()
    with open_service(small_disk.state, runners=StandIns().runners) as service:
        assert len(service.core.store.list("kind")) == 50


@pytest.mark.parametrize(("error", "file"), [*zip(ERRORS, ["service.json", "sagemaker-sdk-defaults"], strict=True)])
def test_service_starts_whole_or_not_at_all(tmp_path, capfd, file, error):
    with failing(file, error):
        assert main(["serve", "--isolation", "process", "--state-dir", str(tmp_path)]) == 3
    assert re.fullmatch(f"{SENTENCE}.*\n", capfd.readouterr().err)
    assert not [each for each in names_below(tmp_path) if file in each]
    with open_service(tmp_path, runners=StandIns().runners):
        assert (tmp_path / "service.json").exists()
