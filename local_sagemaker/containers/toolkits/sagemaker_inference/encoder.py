"""The encoder from arrays to payloads."""

from local_sagemaker.containers.inference_toolkit.codecs import CSV, JSON, NPY, encode

SUPPORTED_CONTENT_TYPES = {CSV, JSON, NPY}

__all__ = ["SUPPORTED_CONTENT_TYPES", "encode"]
