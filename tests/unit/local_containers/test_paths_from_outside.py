"""No key, manifest, LocalPath, channel or archive writes outside of its folder."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local_sagemaker.core.archives import extract
from local_sagemaker.core.errors import PathError
from local_sagemaker.core.objects import StoredObject
from local_sagemaker.core.paths import below
from local_sagemaker.core.s3_uris import split_uri
from local_sagemaker.jobs import inputs, processing
from local_sagemaker.jobs.errors import JobError
from local_sagemaker.jobs.hosts import Host
from local_sagemaker.jobs.training import channels

names = st.lists(st.sampled_from(["", ".", "..", "a", "tmp", "x" * 300, "\0", "한", "link"]), max_size=6).map("/".join)


class Store:
    """Objects in memory, each of which is its own key."""

    def __init__(self, keys: list[str], manifest: object = None) -> None:
        self._keys, self._manifest = keys, manifest

    def list(self, prefix_uri: str) -> Iterator[StoredObject]:
        bucket, prefix = split_uri(prefix_uri)
        return (StoredObject(bucket, key, 1) for key in sorted(self._keys) if key.startswith(prefix))

    def read(self, uri: str, version: str | None = None) -> bytes:
        return json.dumps(self._manifest).encode()

    def download(self, uri: str, destination: Path) -> None:
        split_uri(uri)
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_text(uri)


def volume(room: int = 10**6) -> inputs.Volume:
    return inputs.Volume(room, Event())


@contextmanager
def walled() -> Iterator[Path]:
    """A folder around which nothing may appear."""
    with tempfile.TemporaryDirectory() as outer:
        inner = Path(outer, "one", "two", "inner")
        inner.mkdir(parents=True)
        yield inner
        found = [Path(parent, name) for parent, *kinds in os.walk(outer) for kind in kinds for name in kind]
        assert all(path.is_relative_to(inner) or inner.is_relative_to(path) for path in found)


@settings(deadline=None)
@given(names)
@example("//etc/passwd")
def test_every_path_is_below_its_folder(name):
    with walled() as folder:
        (folder / "link").symlink_to("..")
        with suppress(PathError):
            assert below(folder, name).resolve().is_relative_to(folder.resolve())


@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=4), st.sampled_from(["", "train", "train/", "tr"]))
@example(["train//tmp/x"], "train")
@example(["train/x", "train/x/y"], "train")
def test_keys_stay_in_the_folder_of_their_input(keys, prefix):
    store = Store([*keys, *(f"train/{key}" for key in keys)])
    with walled() as folder, suppress(JobError):
        inputs.distribute(
            inputs.Source(""), inputs.find(inputs.Source(f"s3://bucket/{prefix}"), store), [folder], store, [volume()]
        )


@settings(deadline=None)
@given(st.one_of(names, st.none(), st.integers()), st.lists(st.one_of(names, st.integers()), max_size=3))
@example("s3://bucket/", ["../../x", "//tmp/x"])
def test_manifests_stay_in_the_folder_of_their_input(prefix, listed):
    store = Store([], [{"prefix": prefix if prefix is None else f"s3://bucket/{prefix}"}, *listed])
    with walled() as folder, suppress(JobError):
        inputs.download(inputs.find(inputs.Source("s3://bucket/m", "ManifestFile"), store), folder, store, volume())


@settings(deadline=None)
@given(names)
def test_local_paths_and_channels_stay_in_their_folders(name):
    store = Store(["data/x"])
    source = {"S3Uri": "s3://bucket/data", "S3DataType": "S3Prefix"}
    request = {
        "AlgorithmSpecification": {},
        "InputDataConfig": [{"ChannelName": name, "DataSource": {"S3DataSource": source}}],
    }
    with walled() as folder:
        host = Host("algo-1", folder)
        with suppress(JobError, PathError, OSError):
            channels.prepare(request, [host], store, [volume()], pipe_is_the_containers=False)
        for path in (name, f"/opt/ml/processing{name}", f"/opt/ml/processing/{name}"):
            with suppress(JobError, PathError):
                assert processing._on_host(path, host).resolve().is_relative_to(folder.resolve())


@settings(deadline=None)
@given(st.lists(st.tuples(names, st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE]), names)))
@example([("link", tarfile.SYMTYPE, "../.."), ("link/x", tarfile.REGTYPE, "")])
@example([("link", tarfile.SYMTYPE, "link"), ("link", tarfile.REGTYPE, "")])
@pytest.mark.parametrize("filters", [True, False])
def test_archives_stay_in_their_folder(filters, members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, target in members:
            member = tarfile.TarInfo(name.replace("\0", "0"))
            member.type, member.linkname = kind, target.replace("\0", "0")
            member.size = 1 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"x"))
    with walled() as folder, pytest.MonkeyPatch.context() as patch:
        if not filters:
            patch.delattr(tarfile, "data_filter")
            patch.setattr(tarfile.TarFile, "extraction_filter", staticmethod(tarfile.fully_trusted_filter))
        archive = folder / "archive.tar"
        archive.write_bytes(stream.getvalue())
        with suppress(tarfile.TarError, OSError):
            extract(archive, folder, 10**6)


def test_keys_that_are_folders_of_others_fail_in_one_sentence(tmp_path):
    store = Store(["in/x", "in/x/y"])
    with pytest.raises(JobError, match="s3://bucket/in/x/y cannot be a file beside the other objects"):
        inputs.download(inputs.find(inputs.Source("s3://bucket/in/"), store), tmp_path, store, volume())
