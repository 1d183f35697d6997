"""The operations on hyperparameter tuning jobs."""

import functools

from local_sagemaker.api import listing
from local_sagemaker.api.jobs import common, training
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ResourceNotFound, ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import instances, lifecycle
from local_sagemaker.jobs.contract import JobRunner
from local_sagemaker.jobs.kinds import FINAL, TRAINING, TUNING
from local_sagemaker.jobs.tuning import trials
from local_sagemaker.jobs.tuning.branch import definitions_of
from local_sagemaker.jobs.tuning.campaign import Campaign
from local_sagemaker.jobs.tuning.search import check_strategy
from local_sagemaker.jobs.tuning.space import dimensions


def _create(core: Core, train: JobRunner, request: Request) -> Response:
    _check(core, request)
    campaign = Campaign(
        core,
        request,
        start_training=functools.partial(training.start, core, train),
        stop_training=functools.partial(common.stop, core, TRAINING),
    )
    arn = common.create(core, TUNING, request)
    name = request["HyperParameterTuningJobName"]
    lifecycle.supervise(core, TUNING, name, campaign.run, computes=False)
    return {"HyperParameterTuningJobArn": arn}


def _check(core: Core, request: Request) -> None:
    config, definitions = request["HyperParameterTuningJobConfig"], definitions_of(request)
    if not definitions:
        raise ValidationException("Give either TrainingJobDefinition or TrainingJobDefinitions, one of the two.")
    for definition in definitions:
        if not (definition.get("TuningObjective") or config.get("HyperParameterTuningJobObjective")):
            raise ValidationException("The tuning job has no objective: give HyperParameterTuningJobObjective.")
        space = dimensions(definition.get("HyperParameterRanges") or config.get("ParameterRanges", {}))
        static = definition.get("StaticHyperParameters", {})
        both = {dimension.name for dimension in space} & static.keys()
        if both:
            raise ValidationException(f"The hyperparameters {sorted(both)} are both static and tuned.")
        check_strategy(config, space, static)
        instances.check_limit(definition.get("ResourceConfig", {}), "training")
        instances.check_limit(definition.get("HyperParameterTuningResourceConfig", {}), "training")
    for parent in trials.parents(request):
        _check_parent(common.describe(core, TUNING, parent), request)


def _check_parent(parent: Record, request: Request) -> None:
    """Check that a parent of a warm start has ended and has the same objective."""
    name = parent["HyperParameterTuningJobName"]
    if parent[TUNING.status] not in FINAL:
        raise ValidationException(f"The parent tuning job {name} is still {parent[TUNING.status]}; let it end first.")
    objectives = [_objective(each) for each in (parent, request)]
    if objectives[0] != objectives[1]:
        raise ValidationException(
            f"The objective metric must be the same as that of the parent tuning job {name}, which is "
            f"{objectives[0]['Type']} {objectives[0]['MetricName']}."
        )


def _objective(job: Request) -> dict[str, str]:
    given = job["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective")
    objective: dict[str, str] = given or definitions_of(job)[0]["TuningObjective"]
    return objective


def _with_results(core: Core, record: Record) -> Record:
    """The record of a tuning job with the results of its training jobs."""
    name = record["HyperParameterTuningJobName"]
    config = record["HyperParameterTuningJobConfig"]
    summaries = trials.summaries(core.store, name)
    maximize = _objective(record)["Type"] == "Maximize"
    more = {"BestTrainingJob": trials.best(summaries, maximize=maximize)}
    if record.get("WarmStartConfig", {}).get("WarmStartType") == "IdenticalDataAndAlgorithm":
        earlier = (each for parent in trials.parents(record) for each in trials.summaries(core.store, parent))
        more["OverallBestTrainingJob"] = trials.best([*earlier, *summaries], maximize=maximize)
    limits = {"Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}
    seconds = record.get(TUNING.ended, now()) - record["CreationTime"]
    consumed = {"ConsumedResources": {"RuntimeInSeconds": round(seconds)}}
    return {**record, **trials.counters(summaries), **limits, **consumed, **more}


def _describe(core: Core, request: Request) -> Response:
    return _with_results(core, common.describe(core, TUNING, request["HyperParameterTuningJobName"]))


def _list(core: Core, request: Request) -> Response:
    records = [_with_results(core, record) for record in core.store.list(TUNING.noun)]
    return listing.page(
        records, request, member="HyperParameterTuningJobSummaries", name=TUNING.name, status=TUNING.status
    )


def _list_training_jobs(core: Core, request: Request) -> Response:
    name = common.describe(core, TUNING, request["HyperParameterTuningJobName"])["HyperParameterTuningJobName"]
    summaries = trials.summaries(core.store, name)
    wanted = request.get("StatusEquals")
    kept = [summary for summary in summaries if wanted in (None, summary.get("TrainingJobStatus"))]
    sort_by = request.get("SortBy", "Name")
    if sort_by == "FinalObjectiveMetricValue":
        kept = [summary for summary in kept if trials.objective_value(summary) is not None]
        kept.sort(key=lambda summary: trials.objective_value(summary) or 0.0)
    elif sort_by in ("Name", "Status"):
        kept.sort(key=lambda summary: summary.get(f"TrainingJob{sort_by}", ""))
    if request.get("SortOrder") == "Descending":
        kept.reverse()
    return listing.slice_of(kept, request, member="TrainingJobSummaries")


def _delete(core: Core, request: Request) -> None:
    name = request["HyperParameterTuningJobName"]
    try:
        common.delete(core, TUNING, name)
    except ResourceNotFound:
        return  # as in SageMaker, deleting a job that does not exist succeeds
    for trial in core.store.list(trials.KIND, parent=name):
        core.store.delete(trials.KIND, trial["TrainingJobName"])


WITH_RUNNER = {"CreateHyperParameterTuningJob": _create}
OPERATIONS = {
    **common.operations(TUNING),
    "DescribeHyperParameterTuningJob": _describe,
    "ListHyperParameterTuningJobs": _list,
    "ListTrainingJobsForHyperParameterTuningJob": _list_training_jobs,
    "DeleteHyperParameterTuningJob": _delete,
}
