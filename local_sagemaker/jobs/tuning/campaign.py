"""One tuning job: it tries points in training jobs, some at a time, until a limit is reached."""

import itertools
import queue
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request
from local_sagemaker.core.errors import ApiError
from local_sagemaker.core.store import Record
from local_sagemaker.jobs.contract import JobOutcome, Metric
from local_sagemaker.jobs.kinds import TRAINING, TUNING
from local_sagemaker.jobs.training.metrics import MetricCollector
from local_sagemaker.jobs.tuning import trials
from local_sagemaker.jobs.tuning.branch import Branch, branches_of
from local_sagemaker.jobs.tuning.search import Point

_ATTEMPTS_WITHOUT_SUCCESS = 5


class StartTraining(Protocol):
    """The function that creates a training job and starts its work."""

    def __call__(self, request: Request, *, on_log: Callable[[str], None], **members: object) -> str:
        """Create a training job with additional members in its record; returns its ARN.

        ``on_log`` gets the lines of the job's log as they come.
        """
        ...


@dataclass
class _Trial:
    """One running training job."""

    name: str
    point: Point
    branch: Branch
    collector: MetricCollector
    last: Metric | None = None
    steps: int = 0
    stopped_early: threading.Event = field(default_factory=threading.Event)


class Campaign:
    """One tuning job, run in the thread that calls ``run``.

    ``start_training`` and ``stop_training`` are the functions that create a training job, and stop one by name.
    """

    def __init__(
        self, core: Core, request: Request, start_training: StartTraining, stop_training: Callable[[str], None]
    ) -> None:
        self._core = core
        self._start_training = start_training
        self._stop_training = stop_training
        self._name: str = request["HyperParameterTuningJobName"]
        self._config: Mapping[str, Any] = request["HyperParameterTuningJobConfig"]
        self._limits: Mapping[str, Any] = self._config["ResourceLimits"]
        self._branches = branches_of(request)
        self._next_branch = itertools.cycle(self._branches)
        self._running: dict[str, _Trial] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._started = 0
        self._succeeded = 0
        self._failed = 0
        self._not_improving = 0
        self._deadline = now() + self._limits.get("MaxRuntimeInSeconds", float("inf"))
        self._learn_from(trials.parents(request))

    def run(self, stop: threading.Event) -> JobOutcome:
        """Try points until a limit is reached or ``stop`` is set; returns how the tuning job ended."""
        while True:
            stopping = stop.is_set() or now() >= self._deadline
            if stopping:
                self._stop_all()
            elif not self._is_over():
                self._fill_up()
            if not self._running:
                break
            self._wait()
        if stop.is_set() or now() >= self._deadline:
            return JobOutcome("Stopped")
        return self._outcome()

    def _learn_from(self, parents: list[str]) -> None:
        for parent in parents:
            for summary in trials.summaries(self._core.store, parent):
                value = trials.objective_value(summary)
                if value is not None:
                    for branch in self._branches:
                        branch.search.learn(summary["TunedHyperParameters"], value)

    # Start of training jobs

    def _fill_up(self) -> None:
        most = self._limits.get("MaxNumberOfTrainingJobs", float("inf"))
        while len(self._running) < self._limits["MaxParallelTrainingJobs"] and self._started < most:
            branch = next(self._next_branch)
            point = branch.search.next_point()
            if point is None:
                return
            self._start(branch, point)

    def _start(self, branch: Branch, point: Point) -> None:
        self._started += 1
        name = f"{self._name[:50]}-{self._started:03d}-{secrets.token_hex(4)}"
        definitions = branch.metric_definitions
        trial = _Trial(name, point, branch, MetricCollector(definitions, built_in=not definitions))
        self._running[name] = trial
        record = {
            "TrainingJobName": name,
            "TuningJobName": self._name,
            "TunedHyperParameters": dict(point.values),
            "TrainingJobDefinitionName": branch.definition.get("DefinitionName"),
            "ObjectiveStatus": "Pending",
        }
        tuning_arn = self._core.arn(f"{TUNING.noun}/{self._name}")
        with self._core.store.transaction():  # so that no listing sees a trial without its training job
            self._core.store.insert(trials.KIND, name, record, parent=self._name)
            arn = self._start_training(
                branch.training_request(point, name),
                on_log=lambda text: self._follow_log(trial, text),
                TuningJobArn=tuning_arn,
                TunedHyperParameters=dict(point.values),
            )
        self._core.supervisor.when_ended(arn, lambda: self._ended.put(name))

    # Progress and end of training jobs

    def _follow_log(self, trial: _Trial, text: str) -> None:
        """Parse the objective from new lines of a job's log, and stop the job early if the search gives it up."""
        for line in text.splitlines():
            trial.collector.read(line)
            metrics = trial.collector.final_metrics()
            metric = next((each for each in metrics if each.name == trial.branch.objective["MetricName"]), None)
            if metric is None or metric is trial.last or trial.stopped_early.is_set():
                continue
            trial.last = metric
            trial.steps += 1
            if not trial.branch.search.goes_on(trial.point, trial.steps, metric.value):
                trial.stopped_early.set()
                self._stop_job(trial.name)

    def _wait(self) -> None:
        """Wait for a job to end, but only briefly, to notice a stop request."""
        try:
            name = self._ended.get(timeout=0.2)
        except queue.Empty:
            return
        self._conclude(self._running.pop(name))

    def _conclude(self, trial: _Trial) -> None:
        record = self._core.store.get(TRAINING.noun, trial.name) or {}
        metrics = {metric["MetricName"]: metric["Value"] for metric in record.get("FinalMetricDataList", [])}
        value = metrics.get(trial.branch.objective["MetricName"])
        if value is None and trial.last is not None:
            # A job that was stopped early has no final metrics; its log has the last value.
            value = trial.last.value
        completed = record.get("TrainingJobStatus") == "Completed"
        stopped_early = trial.stopped_early.is_set()
        usable = value if completed or stopped_early else None
        trial.branch.search.conclude(trial.point, usable, stopped_early=stopped_early)
        self._count(trial, usable, completed=completed)
        self._write_objective(trial, usable)

    def _count(self, trial: _Trial, value: float | None, *, completed: bool) -> None:
        # Of the trials before this one, whose objective is written after the count.
        best = trials.best(self._summaries(), maximize=trial.branch.maximize)
        before = trials.objective_value(best) if best else None
        if completed:
            self._succeeded += 1
        elif not trial.stopped_early.is_set():
            self._failed += 1
        if value is not None and before is not None:
            improved = value > before if trial.branch.maximize else value < before
            self._not_improving = 0 if improved else self._not_improving + 1

    def _write_objective(self, trial: _Trial, value: float | None) -> None:
        def change(record: Record) -> None:
            record["ObjectiveStatus"] = "Failed" if value is None else "Succeeded"
            if value is not None:
                record["FinalHyperParameterTuningJobObjectiveMetric"] = {
                    "Type": trial.branch.objective["Type"],
                    "MetricName": trial.branch.objective["MetricName"],
                    "Value": value,
                }

        self._core.store.update(trials.KIND, trial.name, change)

    def _is_over(self) -> bool:
        """Whether the tuning job starts no more training jobs, even within its limits."""
        if not self._succeeded and self._failed >= _ATTEMPTS_WITHOUT_SUCCESS:
            return True
        criteria = self._config.get("TuningJobCompletionCriteria", {})
        most = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        if most is not None and self._not_improving >= most:
            return True
        target = criteria.get("TargetObjectiveMetricValue")
        maximize = self._branches[0].maximize
        best = trials.best(self._summaries(), maximize=maximize) if target is not None else None
        reached = trials.objective_value(best) if best else None
        return reached is not None and (reached >= target if maximize else reached <= target)

    def _outcome(self) -> JobOutcome:
        if not self._succeeded:
            return JobOutcome(
                "Failed",
                f"No training job succeeded after {self._failed} attempts. For additional details, please take a look "
                f"at the training job failures by listing training jobs for the hyperparameter tuning job.",
            )
        if all(trials.objective_value(summary) is None for summary in self._summaries()):
            return JobOutcome(
                "Failed",
                f"No objective metrics found after running {self._started} training jobs. Please ensure that the "
                f"custom algorithm is emitting the objective metric as defined by the regular expression provided.",
            )
        return JobOutcome("Completed")

    def _summaries(self) -> list[Record]:
        return self._core.store.list(trials.KIND, parent=self._name)

    def _stop_all(self) -> None:
        for name in self._running:
            self._stop_job(name)

    def _stop_job(self, name: str) -> None:
        try:
            self._stop_training(name)
        except ApiError:
            return  # it ended between the two calls
