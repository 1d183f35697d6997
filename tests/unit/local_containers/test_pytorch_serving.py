"""The PyTorch image's own functions, with as much of PyTorch as they use, and without PyTorch."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from local_sagemaker.containers.errors import UnsupportedFormatError
from local_sagemaker.containers.inference_toolkit import pytorch


class Tensor:
    """As much of a tensor as is needed."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)
        self.device: str | None = None

    def to(self, device: str) -> Tensor:
        self.device = device
        return self

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray[Any, Any]:
        return self.values


class Model:
    """As much of a model as is needed."""

    learns = True

    def to(self, _device: str) -> Model:
        return self

    def eval(self) -> None:
        self.learns = False

    def __call__(self, data: Tensor) -> Tensor:
        assert not self.learns
        return Tensor(data.values * 3)


def _load(path: str, map_location: str) -> Model:
    if Path(path).read_text() != "torchscript":
        raise RuntimeError("no")
    assert map_location == "cpu"
    return Model()


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that answers as PyTorch does on a machine without CUDA."""
    module = ModuleType("torch")
    module.__dict__.update(
        Tensor=Tensor,
        FloatTensor=lambda values: Tensor(np.asarray(values, np.float32)),
        from_numpy=Tensor,
        device=str,
        no_grad=contextlib.nullcontext,
        cuda=SimpleNamespace(is_available=lambda: False),
        jit=SimpleNamespace(load=_load),
    )
    monkeypatch.setitem(sys.modules, "torch", module)
    return module


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("payload", "kind"), [("[[1, 2], [3, 4]]", "application/json"), ("1,2\n3,4\n", "text/csv")])
def test_text_becomes_a_tensor_of_single_floats(payload: str, kind: str) -> None:
    tensor = pytorch.decode(payload, kind)
    assert (tensor.values.dtype, tensor.values.tolist(), tensor.device) == (np.float32, [[1, 2], [3, 4]], "cpu")


@pytest.mark.usefixtures("torch")
def test_array_to_tensor() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([1, 2], np.int16))
    assert pytorch.decode(buffer.getvalue(), "application/x-npy").values.dtype == np.int16


@pytest.mark.usefixtures("torch")
def test_model_runs_without_gradients() -> None:
    assert pytorch.predict(Tensor([1, 2]), Model()).values.tolist() == [3, 6]


@pytest.mark.usefixtures("torch")
def test_tensor_to_first_supported_type() -> None:
    tensor = Tensor(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    assert json.loads(pytorch.encode(tensor, "application/unsupported, application/json, text/csv")) == [[1, 2], [3, 4]]
    assert pytorch.encode(tensor, "text/csv") == "1.0,2.0\n3.0,4.0\n"
    with pytest.raises(UnsupportedFormatError):
        pytorch.encode(tensor, "application/unsupported")


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("files", [["model.pt", "other.pt"], ["abcd.pt", "efgh.txt"], ["abcd.pth", "code.py"]])
def test_model_file(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_text("torchscript" if name == files[0] else "other")
    assert isinstance(pytorch.load_model(str(tmp_path)), Model)


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("files", "found"), [(["abcd.py"], []), (["abcd.pt", "efgh.pth"], ["abcd.pt", "efgh.pth"])])
def test_no_file_or_several_are_no_model(tmp_path: Path, files: list[str], found: list[str]) -> None:
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=r"Exactly one \.pth or \.pt file is required for PyTorch models: ") as failure:
        pytorch.load_model(str(tmp_path))
    assert str(failure.value).endswith(str(found))


@pytest.mark.usefixtures("torch")
def test_a_model_has_to_be_torchscript(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_text("a dictionary")
    with pytest.raises(pytorch.ModelLoadError, match=r"Please ensure model is saved using torchscript\."):
        pytorch.load_model(str(tmp_path))


@pytest.mark.usefixtures("no_torch")
def test_without_pytorch() -> None:
    assert pytorch.decode("[1, 2]", "application/json").tolist() == [1, 2]
    assert pytorch.encode(np.array([1, 2]), "application/json") == "[1, 2]"
    with pytest.raises(NotImplementedError, match="Please provide a model_fn implementation"):
        pytorch.load_model("/")
    with pytest.raises(NotImplementedError, match="Please provide a predict_fn implementation"):
        pytorch.predict(1, 2)
