"""The preprocessing step: writes training, validation and test sets of each task, batch rows and a schema."""

import math
from dataclasses import dataclass
from typing import Any

from pipelines.data.code_bundles import DEFAULT_DATASET, dataset_path
from pipelines.definition.formats import CSV, FORMATS, Format
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.processing import RESOURCES, output_uri, path_arguments, processing_step
from pipelines.names import PREPROCESS
from pipelines.settings.fields import Task

SKLEARN_VERSION = "1.9-0"


@dataclass(frozen=True)
class Preprocessed:
    """References to the preprocessing step's outputs."""

    step: Any
    format: Format = CSV

    def part(self, task: Task) -> Any:
        """Refer to a task's sets as CSV, which the evaluation reads."""
        return output_uri(self.step, task)

    def channel(self, task: Task, part: str = "") -> Any:
        """Refer to a training channel: ``train``, ``validation``, or the folder of both."""
        return _below(self.part(task), part) if self.format is CSV else self._in_format(task, part)

    @property
    def batch(self) -> Any:
        """Rows to predict: features only."""
        return output_uri(self.step, "batch") if self.format is CSV else self._in_format("batch")

    def _in_format(self, *parts: str) -> Any:
        return _below(output_uri(self.step, self.format.name), *parts)

    @property
    def keys(self) -> Any:
        """The identity of each row of each set."""
        return output_uri(self.step, "keys")

    @property
    def schema(self) -> Any:
        """Names, order, types and ranges of the features."""
        return output_uri(self.step, "schema")


def preprocess(context: Context) -> Preprocessed:
    """Convert the raw file to the files that the built-in algorithms read."""
    from sagemaker.core import image_uris

    settings = context.settings
    form = FORMATS[settings.batch_format]
    besides = [] if form is CSV else [form.name]
    # So that instances of Preprocess write as many files as each other, and those of a training job read as many.
    files = math.lcm(settings.processing_instance_count, settings.training_instance_count)
    step = processing_step(
        context,
        name=PREPROCESS,
        display_name=PREPROCESS,
        description="Checks the raw file, computes features, and writes training, validation and test sets",
        image=image_uris.retrieve("sklearn", context.locations.region, version=SKLEARN_VERSION),
        module="processing_scripts.preprocess",
        arguments=[
            *(("--dataset", dataset) if (dataset := dataset_path(settings.table)) != DEFAULT_DATASET else ()),
            *(part for name, value in settings.dataset_options.items() for part in ("--option", f"{name}={value}")),
            *("--seed", str(settings.seed)),
            *(() if settings.quantile is None else ("--threshold-quantile", str(settings.quantile))),
            *(["--batch-format", form.name] if besides else []),
            *(["--task", *settings.tasks] if len(settings.tasks) == 1 else []),
            *([] if files == 1 else ["--files", str(files), "--resource-config", RESOURCES]),
            *path_arguments(),
        ],
        instances=settings.processing_instance_count,
        # The script ignores it: it is there because the environment is part of the cache key.
        environment={"INPUT_DATA_VERSION": context.parameters.input_data_version},
        inputs={"data": context.parameters.input_data_uri, "batch": context.parameters.batch_input_uri},
        outputs={
            name: name for name in (*(task.name for task in settings.table.tasks), "batch", "keys", "schema", *besides)
        },
    )
    return Preprocessed(step, form)


def _below(root: Any, *parts: str) -> Any:
    from sagemaker.core.workflow.functions import Join

    return Join(on="/", values=[root, *parts]) if any(parts) else root
