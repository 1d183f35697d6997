"""An execution and its results, as data frames."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.api.tables import read_table
from pipelines.errors import BadInput, ExecutionFailed
from pipelines.execution import workflow as runs
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import TaskResult
from pipelines.execution.workflow import RunResult
from pipelines.settings.fields import Task

if TYPE_CHECKING:
    import pandas as pd


def ignore(_: Progress) -> None:
    """Show nothing."""


class Execution:
    """An execution of the pipeline. Its results are there after `wait`."""

    def __init__(self, result: RunResult) -> None:
        self._result = result

    @property
    def progress(self) -> Progress:
        """Its status and its steps, as of the start or of the end of `wait`."""
        assert self._result.progress is not None
        return self._result.progress

    def wait(self, show: Callable[[Progress], None] | None = None) -> Execution:
        """Follow it to its end, and download its results; ``show`` gets every progress.

        Raises `ExecutionFailed`, with the reason and the last lines of the failed step's log.
        """
        self._result = runs.finish(self._result, show or ignore)
        if self.progress.status != "Succeeded":
            reasons = [step.failure_reason for step in self.progress.steps if step.failure_reason]
            lines = [*(reasons or [self.progress.failure_reason or self.progress.status]), *self._result.log]
            raise ExecutionFailed("\n".join(lines))
        return self

    def steps(self) -> pd.DataFrame:
        """Return one row per step that has started: its name, type, status, seconds, and whether it was cached."""
        import pandas as pd

        return pd.DataFrame([step.as_json() for step in self.progress.steps]).drop(columns="failure_reason")

    def metrics(self, task: Task | None = None) -> pd.DataFrame:
        """Return the metrics of every candidate on the validation set and the test set; ``selected`` is the winner."""
        import pandas as pd

        result = self._of(task)
        rows = [
            {"algorithm": name, "set": part, **candidate[part], "selected": name == result.winner}
            for name, candidate in result.evaluation["candidates"].items()
            for part in ("validation", "test")
        ]
        return pd.DataFrame(rows).set_index(["algorithm", "set"])

    def predictions(self, algorithm: str | None = None, task: Task | None = None) -> pd.DataFrame:
        """Return the actual and the predicted value of every hour of the test set; of the winner by default."""
        result = self._of(task)
        return read_table(result.report.parent / f"predictions-{algorithm or result.winner}.csv")

    def batch_predictions(self, task: Task | None = None) -> pd.DataFrame:
        """Return what the pipeline's own transform job predicted, beside the raw columns of each hour."""
        path = self._of(task).predictions
        if path is None:
            raise BadInput("This execution has made no batch predictions.")
        return read_table(path)

    def pictures(self, task: Task | None = None) -> dict[str, Path]:
        """Return the PNG files of the report by their names, such as ``confusion-matrix``."""
        return {path.stem: path for path in self._of(task).pictures}

    def trials(self, task: Task | None = None) -> pd.DataFrame:
        """Return one row per training job of the tuning: its hyperparameters, and ``value``, its objective.

        Raises `BadInput` if the pipeline does not tune.
        """
        import pandas as pd

        histories = self._of(task).evaluation.get("tuning")
        if not histories:
            raise BadInput("This execution tuned nothing. Give the workflow the setting tune=True.")
        rows = [
            {"algorithm": name, "status": trial["status"], "value": trial["value"], "seconds": trial["seconds"],
             "best": number == history["best"], **{key: float(text) for key, text in trial["hyperparameters"].items()}}
            for name, history in histories.items()
            for number, trial in enumerate(history.get("trials", []))
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def _of(self, task: Task | None) -> TaskResult:
        results = self._result.results
        if results is None:
            raise BadInput("The execution has no results yet: call wait() first.")
        wanted = next(iter(results)) if task is None else task
        if wanted not in results:
            raise BadInput(f"The execution has no results for {wanted}. It has: {', '.join(results)}")
        return results[wanted]
