"""An AWS inside the test's own process: moto, started once for many tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from moto import mock_aws
from moto.backends import get_backend


@contextlib.contextmanager
def one_moto() -> Iterator[None]:
    """Start moto once for several tests: to start it is to empty all its services, which takes seconds."""
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in keys.items():
            patch.setenv(name, value)
        yield


def empty(*services: str) -> None:
    """Empty some services of moto, in every account and region."""
    for service in services:
        for regions in get_backend(service).values():
            for backend in regions.values():
                backend.reset()
