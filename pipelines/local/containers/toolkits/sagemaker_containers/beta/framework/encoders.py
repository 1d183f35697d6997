"""Payloads and arrays."""

from __future__ import annotations

from pipelines.local.containers.inference_toolkit.codecs import decode_strictly as decode
from pipelines.local.containers.inference_toolkit.codecs import encode_strictly as encode

__all__ = ["decode", "encode"]
