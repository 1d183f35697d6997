"""Benchmarks. A command that one of them runs leaves no local service behind."""

import os

os.environ.setdefault("SAGEMAKER_LOCAL_KEEP_ALIVE", "0")
