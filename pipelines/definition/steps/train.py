"""The training step: trains one built-in algorithm for one task."""

from dataclasses import dataclass
from typing import Any

from pipelines.definition.algorithms import Algorithm
from pipelines.definition.algorithms.algorithm import Resources
from pipelines.definition.steps.context import Context
from pipelines.definition.steps.preprocess import Preprocessed
from pipelines.names import TaskSteps
from pipelines.settings.fields import Task


@dataclass(frozen=True)
class Candidate:
    """References to a trained model, for the evaluation."""

    algorithm: Algorithm
    resources: Resources
    step: Any
    model_data: Any
    """S3 URI of the model artifact, ``model.tar.gz``."""
    training_job: tuple[Any, Any] | None = None
    """Name of the training job, and its seconds as text; None for a tuned model."""
    tuning_job: Any = None
    """Name of the tuning job that found it, or None."""


def train(context: Context, task: Task, algorithm: Algorithm, data: Preprocessed) -> Candidate:
    """Train an algorithm on a task's training set, with early stopping on its validation set."""
    from sagemaker.mlops.workflow.steps import TrainingStep

    resources = algorithm.resources(context.settings.table.task(task).kind, context.locations.region)
    trainer = model_trainer(context, task, algorithm, resources, context.execution_uri("models"))
    step = TrainingStep(
        name=TaskSteps(task).train(algorithm.title),
        display_name=f"{algorithm.title}: {task}",
        description=f"Trains the built-in {algorithm.title} {resources.version} for {task}",
        step_args=trainer.train(input_data_config=channels(context, task, algorithm, resources, data)),
        cache_config=context.cache(),
        retry_policies=context.job_retries(),
    )
    artifact = step.properties.ModelArtifacts.S3ModelArtifacts
    job = step.properties.TrainingJobName, step.properties.TrainingTimeInSeconds.to_string()
    return Candidate(algorithm, resources, step, artifact, training_job=job)


def model_trainer(context: Context, task: Task, algorithm: Algorithm, resources: Resources, output: Any) -> Any:
    """Describe a training job of an algorithm; artifacts go below ``output``."""
    from sagemaker.core.shapes import MetricDefinition, Tag
    from sagemaker.train import ModelTrainer
    from sagemaker.train.configs import Compute, Networking, OutputDataConfig, StoppingCondition

    settings, vpc = context.settings, context.settings.vpc
    described = settings.table.task(task)
    own = {
        name: int(value) if value.is_integer() else value
        for name, value in described.hyperparameters.get(algorithm.name, {}).items()
    }
    networking: dict[str, Any] = {
        **({"enable_network_isolation": True} if algorithm.network_isolation else {}),
        **({"security_group_ids": vpc["SecurityGroupIds"], "subnets": vpc["Subnets"]} if vpc else {}),
    }
    trainer = ModelTrainer(
        sagemaker_session=context.session,
        role=context.locations.role,
        training_image=resources.training_image,
        compute=Compute(
            instance_type=context.parameters.training_instance_type,
            instance_count=settings.training_instance_count,
            volume_size_in_gb=30,
        ),
        networking=Networking(**networking) if networking else None,
        stopping_condition=StoppingCondition(max_runtime_in_seconds=3600),
        output_data_config=OutputDataConfig(s3_output_path=output),
        hyperparameters={**algorithm.hyperparameters(described, settings.seed), **own, **resources.hyperparameters},
        tags=[Tag(key=tag["Key"], value=tag["Value"]) for tag in context.tags],
    )
    definitions = algorithm.metrics(described)
    if definitions:
        trainer.with_metric_definitions(
            [MetricDefinition(name=name, regex=regex) for name, regex in definitions.items()]
        )
    return trainer


def channels(context: Context, task: Task, algorithm: Algorithm, resources: Resources, data: Preprocessed) -> list[Any]:
    """The input channels: the task's sets, and those that the algorithm's script requires.

    An algorithm that does not read categories natively gets the objects that begin with ``data`` only, because it would
    read the file beside them as rows. Several instances share the files of the training set; each has the validation
    set, so that all stop at the same tree.
    """
    from sagemaker.train.configs import InputData, S3DataSource

    def source(part: str) -> Any:
        uri = data.channel(task, f"{part}/data" if beside else part)
        if context.settings.training_instance_count == 1 or part != "train":
            return uri
        return S3DataSource(s3_data_type="S3Prefix", s3_uri=uri, s3_data_distribution_type="ShardedByS3Key")

    beside = context.settings.table.has_categories and not algorithm.reads_categories
    parts = [
        InputData(channel_name=channel, data_source=source(part), content_type=data.format.content_type)
        for channel, part in algorithm.channels.items()
    ]
    return parts + [InputData(channel_name=channel, data_source=uri) for channel, uri in resources.channels.items()]
