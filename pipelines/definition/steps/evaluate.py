"""The evaluation step: ranks all candidates of a task and writes the winner to a file that later steps read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.definition.algorithms.xgboost import IMAGE_VERSION as XGBOOST_IMAGE_VERSION
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.preprocess import Preprocessed
from pipelines.definition.steps.processing import OUTPUT, WHEELS, output_uri, path_arguments, processing_step
from pipelines.definition.steps.train import Candidate
from pipelines.names import TaskSteps, group_name
from pipelines.settings.fields import Task

PROPERTY_FILE = "Verdict"


@dataclass(frozen=True)
class Verdict:
    """References to the evaluation's results, which later steps read; ``verdict.json`` has the values."""

    task: Task
    step: Any
    candidates: tuple[Candidate, ...]

    def best(self, path: str) -> Any:
        """Refer to a value of the canonical ``best`` object; the service requires a literal path."""
        return self._read(f"best.{path}")

    def champion(self, path: str) -> Any:
        """Refer to a value of the comparison with the champion."""
        return self._read(f"champion.{path}")

    @property
    def model_card(self) -> Any:
        """Refer to the winner's model card, which is JSON as text."""
        return self._read("model_card")

    def _read(self, path: str) -> Any:
        from sagemaker.core.workflow.functions import JsonGet

        return JsonGet(step_name=self.step.name, property_file=PROPERTY_FILE, json_path=path)

    @property
    def output(self) -> Any:
        """Refer to the folder with the metrics, the plots and the schema."""
        return output_uri(self.step, "evaluation")


def evaluate(context: Context, task: Task, candidates: Sequence[Candidate], data: Preprocessed) -> Verdict:
    """Rank the candidates, measure all on the test set, and the winner against the champion.

    The step runs in the XGBoost image, which lacks only LightGBM and CatBoost, and installs those: from the package
    index, or from a wheelhouse in S3 if no index is reachable. An image of your own may contain them already.
    """
    from sagemaker.core import image_uris
    from sagemaker.core.workflow.properties import PropertyFile

    settings = context.settings
    arguments: list[Any] = ["--task", task, "--seed", str(settings.seed), "--lang", settings.lang]
    arguments += ["--own-bucket", context.locations.bucket]
    arguments += path_arguments(f"{OUTPUT}/evaluation")
    for candidate in candidates:
        image = candidate.resources.inference_image
        name = candidate.algorithm.name
        arguments += ["--candidate", name, image, candidate.model_data]
        if candidate.training_job is not None:
            arguments += ["--training-job", name, *candidate.training_job]
        if candidate.tuning_job is not None:
            arguments += ["--tuning-job", name, candidate.tuning_job]
    arguments += ["--group", group_name(settings.pipeline_name, task)]
    arguments += ["--code-uri", context.locations.code["processing_scripts"]]
    arguments += ["--data-uri", context.parameters.input_data_uri, "--promote", context.parameters.promote]
    arguments += ["--compared-with", context.parameters.champion]
    folds = settings.folds or settings.table.task(task).folds
    arguments += ["--folds", str(folds)] if folds > 1 else []
    step = processing_step(
        context,
        name=TaskSteps(task).evaluate,
        display_name=f"Evaluate: {task}",
        description="Selects the winner on the validation set and measures all candidates on the test set",
        image=settings.evaluation_image
        or image_uris.retrieve("xgboost", context.locations.region, version=XGBOOST_IMAGE_VERSION),
        module="evaluation.evaluate",
        arguments=arguments,
        inputs={
            "data": data.part(task),
            "keys": data.keys,
            "schema": data.schema,
            "raw": context.parameters.input_data_uri,
            **{f"models/{candidate.algorithm.name}": candidate.model_data for candidate in candidates},
            **({WHEELS: settings.wheelhouse} if settings.wheelhouse else {}),
        },
        outputs={"evaluation": "evaluation"},
        property_files=[PropertyFile(name=PROPERTY_FILE, output_name="evaluation", path="verdict.json")],
    )
    return Verdict(task, step, tuple(candidates))
