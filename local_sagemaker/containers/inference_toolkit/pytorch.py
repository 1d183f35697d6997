"""The default functions of the PyTorch image: TorchScript models, and tensors.

If PyTorch is not installed, payloads are arrays, and the user's code has to load the model and predict.
"""

import importlib
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.inference_toolkit.missing_handlers import no_model_fn, no_predict_fn


class ModelLoadError(Exception):
    """A file is not TorchScript."""


def load_model(model_dir: str) -> Any:
    """Load the model from ``model.pt``, or from the only ``.pt`` or ``.pth`` file.

    Raises ValueError if there is no such file, or there are several; ModelLoadError if the file is not TorchScript.
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
    """Decode a payload to a tensor, of float32 if the payload is text."""
    array, torch = codecs.decode(payload, content_type), _torch()
    if torch is None:
        return array
    tensor = torch.FloatTensor(array) if content_type in codecs.TEXT_TYPES else torch.from_numpy(array)
    return tensor.to(_device(torch))


def predict(data: Any, model: Any) -> Any:
    """Run the model on a tensor, in evaluation mode and without gradients."""
    torch = _torch()
    if torch is None:
        return no_predict_fn(data, model)
    device = _device(torch)
    with torch.no_grad():
        placed = model.to(device)
        placed.eval()
        return placed(data.to(device))


def encode(prediction: Any, accept: str) -> str | bytes:
    """Encode in the first supported type of an Accept header; the response's type is the header as it is."""
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
