"""The encoders and decoders of Hugging Face's inference toolkit."""

import base64
import csv
import datetime as dt
import io
import json
from typing import Any

from local_sagemaker.containers.errors import UnsupportedFormatError
from local_sagemaker.containers.inference_toolkit.codecs import CSV, JSON, NPY
from local_sagemaker.containers.inference_toolkit.codecs import decode as decode_array
from local_sagemaker.containers.inference_toolkit.codecs import encode as encode_array

IMAGES = tuple(f"image/{kind}" for kind in ("jpeg", "png", "tiff", "bmp", "gif", "webp", "x-image"))
AUDIO = tuple(f"audio/{kind}" for kind in ("x-flac", "mpeg", "wave", "ogg", "x-audio"))
_HEADINGS = ("question", "context", "inputs")


class PredictionError(Exception):
    """A request that the toolkit rejects; the text ends with the status, as the multi model server's does."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} : 400")


def decode(content: Any, content_type: str | None = JSON) -> Any:
    """Decode a payload to the inputs of a pipeline; CSV becomes a list below ``inputs``.

    Raises UnsupportedFormatError if the content type is not JSON, CSV, NPY, an image or audio; PredictionError if the
    CSV has no header.
    """
    if content_type == JSON:
        return json.loads(content)
    if content_type == CSV:
        return _decode_csv(content)
    if content_type == NPY:
        return decode_array(content, NPY)
    if content_type in IMAGES:
        from PIL import Image

        return {"inputs": Image.open(io.BytesIO(content)).convert("RGB")}
    if content_type in AUDIO:
        return {"inputs": bytes(content)}
    raise UnsupportedFormatError(content_type)


def _decode_csv(text: str) -> dict[str, list[Any]]:
    first = text.splitlines()[0].lower()
    if not any(heading in first for heading in _HEADINGS):
        raise PredictionError(
            "You need to provide the correct CSV with Header columns to use it with the inference toolkit default "
            "handler."
        )
    rows = list(csv.DictReader(io.StringIO(text)))
    return {"inputs": [row["inputs"] for row in rows] if "inputs" in rows[0] else rows}


def encode(content: Any, accept_type: str = JSON) -> str | bytes:
    """Encode the outputs of a pipeline as JSON, CSV with a header, NPY, or an image.

    Raises UnsupportedFormatError if the accept type is none of these.
    """
    if accept_type == JSON:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    if accept_type == CSV:
        rows = list(content)
        stream = io.StringIO()
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        return stream.getvalue()
    if accept_type == NPY:
        return encode_array(content, NPY)
    if accept_type in IMAGES:
        return _encode_image(
            content, "PNG" if accept_type == "image/x-image" else accept_type.removeprefix("image/").upper()
        )
    raise UnsupportedFormatError(accept_type)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dt.datetime):
        return str(value)
    if type(value).__module__.startswith("PIL."):
        return base64.b64encode(_encode_image(value, "PNG")).decode()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _encode_image(image: Any, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=form)
    return buffer.getvalue()
