"""The objects of the local bucket ``jumpstart-cache-prod-<region>``, as keys and contents."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterable
from importlib import resources
from typing import Any

from local_sagemaker.jumpstart.specs import metadata_objects, pinned_table


def bucket_objects(region: str = "us-east-1") -> Iterable[tuple[str, bytes]]:
    """Yield the manifest, the specs, and the archives that they name; the same bytes each time.

    The specs carry the image URIs of the region.
    """
    yield from metadata_objects(region).items()
    for model in pinned_table()["models"]:
        for key in ("training_script_key", "training_prepacked_script_key"):
            yield model[key], _training_archive(model)
        yield model["hosting_script_key"], _archive(_inference_files(model))
        yield model["training_artifact_key"], _archive({"__models_info__.json": _information(model)})


def _training_archive(model: dict[str, Any]) -> bytes:
    files = {
        "transfer_learning.py": _script(f"{_library(model)}/transfer_learning.py"),
        "tabular.py": _script("tabular.py"),
        "payloads.py": _script("payloads.py"),
        "task.json": _task(model),
    }
    inference = {f"inference/{name}": content for name, content in _inference_files(model).items()}
    return _archive({**files, **inference})


def _inference_files(model: dict[str, Any]) -> dict[str, bytes]:
    return {
        "inference.py": _script(f"{_library(model)}/inference.py"),
        "payloads.py": _script("payloads.py"),
        "task.json": _task(model),
    }


def _library(model: dict[str, Any]) -> str:
    return str(model["model_id"]).split("-")[0]


def _task(model: dict[str, Any]) -> bytes:
    return json.dumps({"task": str(model["model_id"]).split("-")[1]}).encode()


def _information(model: dict[str, Any]) -> bytes:
    return json.dumps({"model_id": model["model_id"], "version": model["version"]}).encode()


def _script(path: str) -> bytes:
    return resources.files(__package__).joinpath("scripts", path).read_bytes()


def _archive(files: dict[str, bytes]) -> bytes:
    """A ``.tar.gz`` without times, owners or anything else that differs between machines."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)
