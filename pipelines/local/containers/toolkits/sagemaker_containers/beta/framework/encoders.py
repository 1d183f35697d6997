"""Payloads and arrays."""

from __future__ import annotations

from pipelines.local.containers.inference_toolkit.codecs import decode_strictly as decode
from pipelines.local.containers.inference_toolkit.codecs import encode

__all__ = ["decode", "encode"]
