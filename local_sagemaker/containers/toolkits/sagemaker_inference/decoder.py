"""The decoder from payloads to arrays."""

from local_sagemaker.containers.inference_toolkit.codecs import decode

__all__ = ["decode"]
