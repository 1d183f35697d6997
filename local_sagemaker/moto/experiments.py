"""The experiments of executions and jobs, copied into moto when a client reads them.

An execution with a PipelineExperimentConfig is a trial of an experiment. Every job is a trial component, and a job with
an ExperimentConfig belongs to a trial. The records of executions and jobs are the source, so experiments survive a
restart, and cost nothing while no client reads them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ResourceNotFound, ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.engine import records
from local_sagemaker.jobs.kinds import FINAL, PROCESSING, TRAINING, TRANSFORM, JobKind

_KINDS = {
    "Experiment": ("experiments", "experiment"),
    "Trial": ("trials", "experiment-trial"),
    "TrialComponent": ("trial_components", "experiment-trial-component"),
}
"""For each kind, the attribute of moto's backend and the noun in ARNs."""
_TITLES = {"Experiment": "Experiment", "Trial": "Trial", "TrialComponent": "Trial component"}
_VERBS = ("Create", "Describe", "List", "Delete", "Associate", "Disassociate", "Update")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


class Experiments:
    """The experiments of one account and region."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._store = core.store
        self._lock = Lock()
        self._shown: set[tuple[str, str]] = set()
        """The resources that moto got already, even if a client has deleted them there."""

    def records(self, kind: str) -> list[Record]:
        """All records of a kind (``Experiment``, ``Trial`` or ``TrialComponent``), with their ``Parents``."""
        self.show()
        backend = self._backend
        return [
            {
                f"{kind}Arn": self._core.arn(f"{_KINDS[kind][1]}/{name}"),
                **_in_seconds(each.response_object),
                "Parents": _parents(backend, getattr(each, "trial_name", None)),
            }
            for name, each in self._kept(kind).items()
        ]

    def check(self, operation: str, request: Mapping[str, Any]) -> None:
        """Make the checks of a request that moto omits.

        Raises ValidationException if the name of a new resource is in use, ResourceNotFound if another does not exist.
        """
        self.show()
        verb, made = next((verb, operation.removeprefix(verb)) for verb in _VERBS if operation.startswith(verb))
        for kind in _KINDS:
            name = request.get(f"{kind}Name")
            if name is None or verb == "List":
                continue
            title = _TITLES[kind]
            if verb == "Create" and kind == made:
                if name in self._kept(kind):
                    raise ValidationException(
                        f"{title} names must be unique within an AWS account and region. "
                        f"{title} with name ({name}) already exists."
                    )
            elif name not in self._kept(kind):
                arn = self._core.arn(f"{_KINDS[kind][1]}/{name}")
                raise ResourceNotFound(f"{title} '{arn}' does not exist.")

    def has(self, noun: str, name: str) -> bool:
        """Whether a resource exists, by the noun of its kind in ARNs and its name."""
        self.show()
        return any(noun == _KINDS[kind][1] and name in self._kept(kind) for kind in _KINDS)

    def _kept(self, kind: str) -> dict[str, Any]:
        kept: dict[str, Any] = getattr(self._backend, _KINDS[kind][0])
        return kept

    @property
    def _backend(self) -> Any:
        from moto.sagemaker.models import sagemaker_backends

        return sagemaker_backends[self._core.account_id][self._core.region]

    def show(self) -> None:
        """Bring moto's experiments up to date with the records."""
        backend = self._backend
        with self._lock:
            for execution in self._store.list(records.EXECUTION):
                self._show_trial(backend, execution.get("PipelineExperimentConfig") or {})
            for kind in (PROCESSING, TRAINING, TRANSFORM):
                for job in self._store.list(kind.noun):
                    self._show_trial(backend, job.get("ExperimentConfig") or {})
                    self._show_component(backend, kind, job)

    def _is_new(self, kind: str, name: str) -> bool:
        if (kind, name) in self._shown:
            return False
        self._shown.add((kind, name))
        return True

    def _show_trial(self, backend: Any, config: Mapping[str, str]) -> None:
        experiment, trial = config.get("ExperimentName"), config.get("TrialName")
        if experiment and self._is_new("experiment", experiment) and experiment not in backend.experiments:
            backend.create_experiment(experiment)
        if experiment and trial and self._is_new("trial", trial) and trial not in backend.trials:
            backend.create_trial(trial, experiment)

    def _show_component(self, backend: Any, kind: JobKind, job: Record) -> None:
        name = f"{job[kind.name]}-aws-{kind.noun}"
        config = job.get("ExperimentConfig") or {}
        if self._is_new("component", name):
            backend.create_trial_component(
                trial_component_name=name,
                trial_name=None,
                display_name=config.get("TrialComponentDisplayName"),
                metadata_properties=None,
                status={},
                start_time=None,
                end_time=None,
                parameters=_parameters(job),
                input_artifacts=_inputs(job),
                output_artifacts=None,
            )
            if config.get("TrialName") in backend.trials:
                backend.associate_trial_component(config["TrialName"], name)
        component = backend.trial_components.get(name)
        # Written once for each status, so that a client's own changes of a component stay.
        if component is None or not self._is_new(job[kind.status], name):
            return
        component.source = {"SourceArn": job[kind.arn], "SourceType": f"SageMaker{kind.word}"}
        component.status = {"PrimaryStatus": job[kind.status], "Message": job.get("FailureReason", "")}
        component.start_time = _moment(job.get(kind.started))
        if job[kind.status] in FINAL:
            component.end_time = _moment(job.get(kind.ended))
            component.output_artifacts = _outputs(job)
            component.metrics = _metrics(job)


def _parents(backend: Any, trial: str | None) -> list[dict[str, str]]:
    if trial not in backend.trials:
        return []
    return [{"TrialName": str(trial), "ExperimentName": backend.trials[trial].experiment_name}]


def _in_seconds(value: Any) -> Any:
    """A document of moto's with its times in seconds since 1970."""
    if isinstance(value, Mapping):
        return {name: _in_seconds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_in_seconds(item) for item in value]
    return value.replace(tzinfo=UTC).timestamp() if isinstance(value, datetime) else value


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _parameters(job: Record) -> dict[str, dict[str, str | float]]:
    """The hyperparameters, numbers as ``NumberValue``."""
    given: Mapping[str, str] = job.get("HyperParameters", {})
    return {
        name: {"NumberValue": float(text)} if _NUMBER.fullmatch(text) else {"StringValue": text}
        for name, text in given.items()
    }


def _inputs(job: Record) -> dict[str, dict[str, str]]:
    channels = {each["ChannelName"]: each["DataSource"].get("S3DataSource") for each in job.get("InputDataConfig", [])}
    inputs = {each["InputName"]: each.get("S3Input") for each in job.get("ProcessingInputs", [])}
    return {name: {"Value": source["S3Uri"]} for name, source in {**channels, **inputs}.items() if source}


def _outputs(job: Record) -> dict[str, dict[str, str]]:
    outputs = {
        each["OutputName"]: each["S3Output"]["S3Uri"]
        for each in job.get("ProcessingOutputConfig", {}).get("Outputs", [])
        if "S3Output" in each
    }
    if "ModelArtifacts" in job:
        outputs["SageMaker.ModelArtifact"] = job["ModelArtifacts"]["S3ModelArtifacts"]
    return {name: {"Value": uri} for name, uri in outputs.items()}


def _metrics(job: Record) -> dict[str, dict[str, Any]]:
    """The final metrics, each as moto's time series of one value."""
    return {
        metric["MetricName"]: {
            "MetricName": metric["MetricName"],
            "Timestamp": int(metric["Timestamp"]),
            "Values": {0: {"Value": metric["Value"], "Timestamp": int(metric["Timestamp"])}},
        }
        for metric in job.get("FinalMetricDataList", [])
    }
