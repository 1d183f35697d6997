"""The steps, a file each: functions from the context and the outputs of earlier steps to the SDK's step."""

from pipelines.definition.steps.batch import batch_predict
from pipelines.definition.steps.context import Context, Locations, Parameters, silence_telemetry
from pipelines.definition.steps.deploy import deploy
from pipelines.definition.steps.evaluate import Verdict, evaluate
from pipelines.definition.steps.gate import below_quality_gate, quality_gate
from pipelines.definition.steps.model import create_best_model
from pipelines.definition.steps.preprocess import Preprocessed, preprocess
from pipelines.definition.steps.register import register_best
from pipelines.definition.steps.train import Candidate, train
from pipelines.definition.steps.tune import tune

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
