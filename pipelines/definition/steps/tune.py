"""The tuning step, which replaces a training step: its best model is the candidate."""

from typing import Any

from pipelines.definition.algorithms import Algorithm
from pipelines.definition.algorithms.algorithm import Range, objective_of
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.preprocess import Preprocessed
from pipelines.definition.steps.train import Candidate, channels, model_trainer
from pipelines.names import TaskSteps
from pipelines.settings.fields import Task


def tune(context: Context, task: Task, algorithm: Algorithm, data: Preprocessed) -> Candidate:
    """Search for the hyperparameters that are best on the validation set.

    Artifacts are stored below a fixed prefix, not the execution's: a tuning step whose result comes from the cache
    refers to the jobs of an earlier execution, and must find their artifacts.
    """
    from sagemaker.core.workflow.functions import Join
    from sagemaker.mlops.workflow.steps import TuningStep
    from sagemaker.train.tuner import HyperparameterTuner

    settings = context.settings
    described = settings.table.task(task)
    resources = algorithm.resources(described.kind, context.locations.region)
    output = context.layout.tuning
    objective = objective_of(described)
    metrics = [{"Name": name, "Regex": regex} for name, regex in algorithm.metrics(described).items()]
    tuner = HyperparameterTuner(
        model_trainer=model_trainer(context, task, algorithm, resources, output),
        objective_metric_name=objective.metric,
        objective_type=objective.goal,
        hyperparameter_ranges={name: _range(limits) for name, limits in algorithm.ranges.items()},
        metric_definitions=metrics or None,
        strategy="Bayesian",
        max_jobs=settings.max_jobs,
        max_parallel_jobs=settings.max_parallel_jobs,
        random_seed=settings.seed,
        tags=context.tags,
    )

    class IsolatedTuningStep(TuningStep):  # type: ignore[misc]
        """Restores the network settings of the trainer, which the SDK (3.27) drops in the tuning job."""

        @property
        def arguments(self) -> Any:
            request = super().arguments
            request["TrainingJobDefinition"]["EnableNetworkIsolation"] = algorithm.network_isolation
            if settings.vpc:
                request["TrainingJobDefinition"]["VpcConfig"] = settings.vpc
            return request

    step = IsolatedTuningStep(
        name=TaskSteps(task).tune(algorithm.title),
        display_name=f"Tune {algorithm.title}: {task}",
        description=f"Tunes the built-in {algorithm.title} {resources.version} for {task} on the validation set",
        step_args=tuner.tune(inputs=channels(context, task, algorithm, resources, data)),
        cache_config=context.cache(),
        retry_policies=context.job_retries(),
    )
    best_job = step.properties.BestTrainingJob.TrainingJobName
    artifact = Join(on="/", values=[output, best_job, "output", "model.tar.gz"])
    return Candidate(algorithm, resources, step, artifact, tuning_job=step.properties.HyperParameterTuningJobName)


def _range(limits: Range) -> Any:
    from sagemaker.core.parameter import ContinuousParameter, IntegerParameter

    kind = IntegerParameter if isinstance(limits.low, int) else ContinuousParameter
    return kind(limits.low, limits.high, scaling_type=limits.scale)
