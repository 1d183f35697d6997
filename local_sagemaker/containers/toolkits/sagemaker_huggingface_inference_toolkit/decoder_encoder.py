"""Decoder for the inputs of a pipeline, and encoder for its outputs."""

from local_sagemaker.containers.inference_toolkit.huggingface_codecs import decode, encode

__all__ = ["decode", "encode"]
