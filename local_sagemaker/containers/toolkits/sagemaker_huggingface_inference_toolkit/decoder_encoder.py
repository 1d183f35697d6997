"""What a pipeline takes, of payloads, and payloads of what it gives."""

from __future__ import annotations

from local_sagemaker.containers.inference_toolkit.huggingface_codecs import decode, encode

__all__ = ["decode", "encode"]
