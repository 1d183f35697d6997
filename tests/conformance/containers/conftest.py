"""A workbench per test, both isolations, and launchers that end with the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_sagemaker.containers.process.launcher import LAUNCHERS
from tests.conformance.containers.workbench import FolderStore, Isolation, Workbench


@pytest.fixture(scope="session", autouse=True)
def _launchers() -> Iterator[None]:
    """The launchers of this worker; a template costs seconds, so that all tests share it."""
    yield
    LAUNCHERS.close()


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path, FolderStore(tmp_path / "store"))


@pytest.fixture(params=["fork", "process"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    return request.param
