"""The steps: one file per kind; each function takes the context and upstream outputs and returns the SDK's step."""

from __future__ import annotations

from pipelines.steps.batch import batch_predict
from pipelines.steps.context import Context, Locations, Parameters, silence_telemetry
from pipelines.steps.deploy import deploy
from pipelines.steps.evaluate import Verdict, evaluate
from pipelines.steps.gate import below_quality_gate, quality_gate
from pipelines.steps.model import create_best_model
from pipelines.steps.preprocess import Preprocessed, preprocess
from pipelines.steps.register import register_best
from pipelines.steps.train import Candidate, train
from pipelines.steps.tune import tune

__all__ = [
    "Candidate",
    "Context",
    "Locations",
    "Parameters",
    "Preprocessed",
    "Verdict",
    "batch_predict",
    "below_quality_gate",
    "create_best_model",
    "deploy",
    "evaluate",
    "preprocess",
    "quality_gate",
    "register_best",
    "silence_telemetry",
    "train",
    "tune",
]
