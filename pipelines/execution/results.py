"""Results of an execution: metrics, the registered version, predictions joined with their hours."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import objects_below, read_object, split_uri
from pipelines.data import spreadsheets
from pipelines.data.sample import GENERATED_SAMPLE
from pipelines.data.whole_files import write_text
from pipelines.definition.formats import with_content_type
from pipelines.execution.pipeline import Progress, Step
from pipelines.models.container_output import read_answers
from pipelines.models.postprocessing import apply_rules_to_rows, beside, prediction_columns, require_as_many
from pipelines.models.registry import earlier_version
from pipelines.models.schema import task_of
from pipelines.names import EVALUATE, PREPROCESS, TaskSteps
from pipelines.settings.fields import Task

_FOR_THE_NEXT = ("trained-on.npy",)
"""A file of 8 bytes per training row, which the next evaluation compares rows by."""
_DOWNLOADS_AT_ONCE = 8
DATA_REPORT = "data-report.html"


@dataclass(frozen=True)
class TaskResult:
    """The results of one task; paths are local files."""

    evaluation: dict[str, Any]
    model_package_arn: str | None
    predictions: Path | None
    pictures: tuple[Path, ...]
    report: Path
    same_model_as: int | None = None
    """An earlier version with the same model, if the model comes from the cache."""
    endpoint: str | None = None
    """The name of the endpoint that serves the winner, if one was deployed."""

    @property
    def winner(self) -> str:
        """The algorithm that ranked first on the validation set."""
        return str(self.evaluation["best"]["algorithm"])

    @property
    def generated(self) -> bool:
        """Whether the candidates were trained on a generated sample."""
        return bool(self.evaluation["dataset"]["kind"] == GENERATED_SAMPLE)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints a task."""
        return {
            **measured(self.evaluation),
            "champion": self.evaluation.get("champion"),
            "generated_sample": self.generated,
            "model_package_arn": self.model_package_arn,
            "same_model_as_version": self.same_model_as,
            "predictions": str(self.predictions) if self.predictions else None,
            "report": str(self.report),
            "endpoint": self.endpoint,
        }


def measured(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the winner and every candidate's metrics on both sets, without the rest of ``evaluation.json``."""
    candidates = {
        name: {"validation": candidate["validation"], "test": candidate["test"]}
        for name, candidate in evaluation["candidates"].items()
    }
    return {"winner": str(evaluation["best"]["algorithm"]), "candidates": candidates}


def cut_off_of(evaluation: Mapping[str, Any]) -> float | None:
    """Return the probability from which the winner of a binary task says yes; None of other tasks."""
    cut_off: float | None = evaluation["candidates"][evaluation["best"]["algorithm"]].get("cut_off")
    return cut_off


def read_evaluations(
    steps: Iterable[Step], sagemaker: Any, s3: Any, name: str = "evaluation.json"
) -> dict[Task, dict[str, Any]]:
    """Read a file of every task whose evaluation succeeded, by task: ``evaluation.json`` or ``verdict.json``."""
    found = [
        json.loads(_read(s3, f"{output_uri(sagemaker, step, 'evaluation').rstrip('/')}/{name}"))
        for step in steps
        if step.name.startswith(EVALUATE) and step.status == "Succeeded"
    ]
    return {evaluation["task"]: evaluation for evaluation in found}


def collect(progress: Progress, tasks: Iterable[Task], sagemaker: Any, s3: Any, folder: Path) -> dict[Task, TaskResult]:
    """Download the results of every task whose evaluation succeeded into ``folder``."""
    steps = progress.succeeded
    return {
        task: _collect_task(task, steps, sagemaker, s3, folder / task)
        for task in tasks
        if TaskSteps(task).evaluate in steps
    }


def download_evaluation(step: Step, sagemaker: Any, s3: Any, folder: Path) -> list[Path]:
    """Download what an evaluation wrote into ``folder``, all but what only the next evaluation reads."""
    return download(s3, output_uri(sagemaker, step, "evaluation"), folder, without=_FOR_THE_NEXT)


def collect_data_report(progress: Progress, sagemaker: Any, s3: Any, folder: Path) -> Path | None:
    """Download the data report into ``folder``, if preprocessing has succeeded."""
    preprocess = progress.succeeded.get(PREPROCESS)
    if preprocess is None:
        return None
    uri = output_uri(sagemaker, preprocess, "schema").rstrip("/")
    for name in (DATA_REPORT, "data-report.json"):
        write_text(folder / name, _read(s3, f"{uri}/{name}"))
    return folder / DATA_REPORT


def _collect_task(task: Task, steps: Mapping[str, Step], sagemaker: Any, s3: Any, folder: Path) -> TaskResult:
    names = TaskSteps(task)
    files = download_evaluation(steps[names.evaluate], sagemaker, s3, folder)
    evaluation: dict[str, Any] = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    registered, deployed = steps.get(names.register), steps.get(names.deploy_endpoint)
    package = registered.metadata["RegisterModel"]["Arn"] if registered else None
    # Without a cached training or evaluation, the model is new.
    cached = any(step.cache_hit for step in steps.values() if step.name != PREPROCESS)
    return TaskResult(
        evaluation=evaluation,
        model_package_arn=package,
        same_model_as=earlier_version(sagemaker, package) if package and cached else None,
        predictions=_predictions(task, steps, sagemaker, s3, folder, cut_off_of(evaluation)),
        pictures=tuple(file for file in files if file.suffix == ".png"),
        report=folder / "report.html",
        endpoint=last_part(deployed.metadata["Endpoint"]["Arn"]) if deployed else None,
    )


def _predictions(
    task: Task, steps: Mapping[str, Step], sagemaker: Any, s3: Any, folder: Path, cut_off: float | None
) -> Path | None:
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    joined = read_predictions(task, steps, sagemaker, s3, schema, cut_off)
    if joined is None:
        return None
    path = folder / "predictions.csv"
    write_text(path, joined)
    return path


def read_predictions(
    task: Task, steps: Mapping[str, Step], sagemaker: Any, s3: Any, schema: Mapping[str, Any], cut_off: float | None
) -> str | None:
    """Read a task's batch predictions, joined with their rows, as CSV; None if there are none.

    ``steps`` are the ones that succeeded, by name; ``cut_off`` is the selected candidate's.
    """
    predicted = steps.get(TaskSteps(task).batch_predict)
    if predicted is None:
        return None
    job = sagemaker.describe_transform_job(TransformJobName=_job_name(predicted, "TransformJob"))
    form = with_content_type(job["TransformInput"]["ContentType"])
    output = job["TransformOutput"]["S3OutputPath"].rstrip("/")
    batch, keys = (output_uri(sagemaker, steps[PREPROCESS], name).rstrip("/") for name in ("batch", "keys"))
    known = task_of(schema, task)
    # Preprocess writes data.csv, or a file for each share of the rows: data-0000.csv and so on.
    bucket, prefix = split_uri(f"{batch}/data")
    files = sorted(Path(entry["Key"]).stem.removeprefix("data") for entry in objects_below(s3, bucket, prefix))
    texts = [_read(s3, f"{output}/data{file}{form.suffix}.out") for file in files]
    answers = [answer for text in texts for answer in read_answers(text, known.responses)]
    rows = "".join(_read(s3, f"{batch}/data{file}.csv") for file in files)
    answers = apply_rules_to_rows(answers, rows, schema, task)
    columns = prediction_columns(answers, schema, task, cut_off if known.threshold is None else None)
    return join_predictions([_read(s3, f"{keys}/batch{file}.csv") for file in files], columns)


def join_predictions(keys: Sequence[str], columns: Mapping[str, list[Any]]) -> str:
    """Join the columns of predictions with their rows: CSV with a header, and one row per prediction, in their order.

    The keys are files with the same header, whose names are those of `beside`.

    Raises `PipelineError` if there are not exactly as many predictions as rows.
    """
    tables = [list(csv.reader(io.StringIO(file))) for file in keys]
    header, rows = beside(columns, tables[0][0]), [row for _, *of_file in tables for row in of_file]
    require_as_many(len(next(iter(columns.values()))), len(rows))
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    texts = [[spreadsheets.as_text(cell) for cell in row] for row in (header, *rows)]
    writer.writerow([*texts[0], *map(spreadsheets.as_text, columns)])
    values = ([_as_cell(value) for value in row] for row in zip(*columns.values(), strict=True))
    writer.writerows([*row, *cells] for row, cells in zip(texts[1:], values, strict=True))
    cells = zip(chain(header, *rows), chain(*texts), strict=True)
    spreadsheets.note(sum(cell != text for cell, text in cells), "predictions.csv")
    return content.getvalue()


def _as_cell(value: float | str) -> str:
    return spreadsheets.as_text(value) if isinstance(value, str) else f"{value:.6g}"


def output_uri(sagemaker: Any, step: Step, name: str) -> str:
    """Return where a step's processing job wrote an output, by its name."""
    job = sagemaker.describe_processing_job(ProcessingJobName=_job_name(step, "ProcessingJob"))
    outputs = job["ProcessingOutputConfig"]["Outputs"]
    uri: str = next(output["S3Output"]["S3Uri"] for output in outputs if output["OutputName"] == name)
    return uri


def _job_name(step: Step, kind: str) -> str:
    return last_part(step.metadata[kind]["Arn"])


def _read(s3: Any, uri: str) -> str:
    return read_object(s3, uri).decode()


def download(s3: Any, uri: str, folder: Path, without: Sequence[str] = ()) -> list[Path]:
    """Download objects below a prefix into a folder, except those names; our jobs write no folders there."""
    bucket, prefix = split_uri(uri)
    folder.mkdir(parents=True, exist_ok=True)
    keys = [entry["Key"] for entry in objects_below(s3, bucket, prefix.rstrip("/") + "/")]
    files = {key: folder / name for key in keys if (name := Path(key).name) not in without}
    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        fetched = [pool.submit(s3.download_file, bucket, key, str(path)) for key, path in files.items()]
    for each in fetched:
        each.result()
    return sorted(files.values())
