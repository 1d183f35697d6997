"""The functions of the PyTorch image's own, where this machine has PyTorch: TorchScript models, and tensors.

Where it has not, payloads are arrays, and the model is the user's affair.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.inference_toolkit.missing_handlers import no_model_fn, no_predict_fn


class ModelLoadError(Exception):
    """A file is no TorchScript."""


def load_model(model_dir: str) -> Any:
    """The model in ``model.pt``, or in the only file with the end of a name of PyTorch's.

    Raises
    ------
    ValueError
        There is no such file, or there are several.
    ModelLoadError
        It is no TorchScript.
    """
    torch = _torch()
    if torch is None:
        return no_model_fn(model_dir)
    file = Path(model_dir, "model.pt")
    if not file.exists():
        names = sorted(each.name for each in Path(model_dir).iterdir() if each.suffix in (".pt", ".pth"))
        if len(names) != 1:
            raise ValueError(f"Exactly one .pth or .pt file is required for PyTorch models: {names}")
        file = Path(model_dir, names[0])
    device = _device(torch)
    try:
        return torch.jit.load(str(file), map_location=device).to(device)
    except RuntimeError as error:
        raise ModelLoadError(f"Failed to load {file}. Please ensure model is saved using torchscript.") from error


def decode(payload: str | bytes, content_type: str | None) -> Any:
    """A tensor of a payload: of single floats, if the payload is text."""
    array, torch = codecs.decode(payload, content_type), _torch()
    if torch is None:
        return array
    tensor = torch.FloatTensor(array) if content_type in codecs.TEXT_TYPES else torch.from_numpy(array)
    return tensor.to(_device(torch))


def predict(data: Any, model: Any) -> Any:
    """What the model, which learns nothing of it, makes of a tensor."""
    torch = _torch()
    if torch is None:
        return no_predict_fn(data, model)
    device = _device(torch)
    with torch.no_grad():
        placed = model.to(device)
        placed.eval()
        return placed(data.to(device))


def encode(prediction: Any, accept: str) -> str | bytes:
    """A payload of the first type of an Accept header that can be had; the answer's type is the header as it is."""
    torch = _torch()
    if torch is not None and type(prediction) is torch.Tensor:
        prediction = prediction.detach().cpu().numpy().tolist()
    return codecs.encode_acceptably(prediction, accept)[0]


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


def _device(torch: Any) -> Any:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
