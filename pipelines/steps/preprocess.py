"""Preprocess: the raw file becomes training, validation and test parts for both tasks, batch rows, and a schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.settings import Task
from pipelines.steps.context import Context
from pipelines.steps.processing import output_uri, processing_step

SKLEARN_VERSION = "1.9-0"


@dataclass(frozen=True)
class Preprocessed:
    """The preprocessing step and where its outputs will be."""

    step: Any

    def part(self, task: Task, part: str = "") -> Any:
        """Refer to a folder of a task's data: ``train``, ``validation``, ``test``, or all of it."""
        from sagemaker.core.workflow.functions import Join

        root = output_uri(self.step, task)
        return Join(on="/", values=[root, part]) if part else root

    @property
    def batch(self) -> Any:
        """Rows to predict: features only."""
        return output_uri(self.step, "batch")

    @property
    def keys(self) -> Any:
        """The hour of each row of each part."""
        return output_uri(self.step, "keys")

    @property
    def schema(self) -> Any:
        """Names, order, types and ranges of the features."""
        return output_uri(self.step, "schema")


def preprocess(context: Context) -> Preprocessed:
    """Turn the raw file into what the built-in algorithms read."""
    from sagemaker.core import image_uris

    settings = context.settings
    step = processing_step(
        context,
        name="Preprocess",
        display_name="Preprocess",
        description="Reads and checks the raw file, makes the features, splits, and writes a schema",
        image=image_uris.retrieve(
            "sklearn",
            context.locations.region,
            version=SKLEARN_VERSION,
            instance_type=settings.processing_instance_type,
        ),
        module="processing_scripts.preprocess",
        arguments=[
            "--split",
            settings.split,
            "--features",
            settings.features,
            "--seed",
            str(settings.seed),
            "--threshold-quantile",
            str(settings.threshold_quantile),
        ],
        inputs={"data": context.parameters.input_data_uri, "batch": context.parameters.batch_input_uri},
        outputs={name: name for name in ("regression", "classification", "batch", "keys", "schema")},
    )
    return Preprocessed(step)
