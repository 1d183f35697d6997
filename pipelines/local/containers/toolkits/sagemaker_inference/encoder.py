"""Payloads of arrays."""

from __future__ import annotations

from pipelines.local.containers.inference_toolkit.codecs import CSV, JSON, NPY, encode

SUPPORTED_CONTENT_TYPES = {CSV, JSON, NPY}

__all__ = ["SUPPORTED_CONTENT_TYPES", "encode"]
