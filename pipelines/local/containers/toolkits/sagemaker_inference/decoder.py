"""Arrays of payloads."""

from __future__ import annotations

from pipelines.local.containers.inference_toolkit.codecs import decode

__all__ = ["decode"]
