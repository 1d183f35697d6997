"""The Search operation, over the records of this service, and the list of trial components."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from local_sagemaker.api import endpoints, listing, models, package_groups, packages, pipelines
from local_sagemaker.core import tags
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.engine import records
from local_sagemaker.jobs.kinds import TRAINING, TUNING
from local_sagemaker.moto.experiments import Experiments

_RESOURCES = {
    "TrainingJob": (TRAINING.noun, "TrainingJobArn"),
    "HyperParameterTuningJob": (TUNING.noun, "HyperParameterTuningJobArn"),
    "Model": (models.KIND, "ModelArn"),
    "ModelPackage": (packages.PACKAGE, "ModelPackageArn"),
    "ModelPackageGroup": (package_groups.KIND, "ModelPackageGroupArn"),
    "Pipeline": (pipelines.KIND, "PipelineArn"),
    "PipelineExecution": (records.EXECUTION, "PipelineExecutionArn"),
    "Endpoint": (endpoints.ENDPOINT, "EndpointArn"),
}
_EXPERIMENTS = {"Experiment": "Experiment", "ExperimentTrial": "Trial", "ExperimentTrialComponent": "TrialComponent"}
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_METRICS, _FINAL_METRICS = "Metrics", "FinalMetricDataList"
_PAGE = 100


def _search(core: Core, experiments: Experiments, request: Request) -> Response:
    resource = request["Resource"]
    member, found = _all_of(core, experiments, resource)
    expression = request.get("SearchExpression")
    if expression:
        found = [record for record in found if _holds(expression, record)]
    sort_by = request.get("SortBy", "LastModifiedTime")
    found.sort(key=lambda record: _sortable(_values_at(record, sort_by) or _values_at(record, "CreationTime")))
    if request.get("SortOrder", "Descending") == "Descending":
        found.reverse()
    hits = [{member: record} for record in found]
    answer = listing.slice_of(hits, request, member="Results", default=_PAGE)
    return {**answer, "TotalHits": {"Value": len(hits), "Relation": "EqualTo"}}


def _all_of(core: Core, experiments: Experiments, resource: str) -> tuple[str, list[Record]]:
    """The member of a result that contains a resource of a type, and all resources of that type."""
    if resource in _EXPERIMENTS:
        member = _EXPERIMENTS[resource]
        return member, _with_tags(core, experiments.records(member), f"{member}Arn")
    if resource not in _RESOURCES:
        raise ValidationException(f"Search over {resource} is not supported by the local SageMaker.")
    kind, arn = _RESOURCES[resource]
    return resource, _with_tags(core, core.store.list(kind), arn)


def _with_tags(core: Core, found: list[Record], arn: str) -> list[Record]:
    return [{**record, "Tags": tags.of(core.store, record[arn])} for record in found]


def _holds(expression: Mapping[str, Any], record: Record) -> bool:
    parts = [
        *(_filter_holds(each, record) for each in expression.get("Filters", [])),
        *(_nested_holds(each, record) for each in expression.get("NestedFilters", [])),
        *(_holds(each, record) for each in expression.get("SubExpressions", [])),
    ]
    return any(parts) if expression.get("Operator") == "Or" else all(parts)


def _nested_holds(nested: Mapping[str, Any], record: Record) -> bool:
    """Whether a single item of a list satisfies all filters, whose names start with the name of the list."""
    prefix = f"{nested['NestedPropertyName']}."
    filters = [{**each, "Name": each["Name"].removeprefix(prefix)} for each in nested["Filters"]]
    items = _values_at(record, nested["NestedPropertyName"])
    return any(isinstance(item, Mapping) and all(_filter_holds(each, dict(item)) for each in filters) for item in items)


def _filter_holds(given: Mapping[str, Any], record: Record) -> bool:
    values = _values_at(record, given["Name"])
    wanted, name = given.get("Value", ""), given.get("Operator", "Equals")
    if name in ("Exists", "NotExists"):
        return bool(values) is (name == "Exists")
    texts = [str(value) for value in values]
    if name == "Contains":
        return any(wanted in text for text in texts)
    if name == "In":
        return any(text in wanted.split(",") for text in texts)
    if name in _ORDERED:
        return any(_compare(_ORDERED[name], value, wanted) for value in values)
    return (wanted in texts) is (name == "Equals")


def _compare(compare: Callable[[Any, Any], bool], value: object, wanted: str) -> bool:
    try:
        return compare(float(str(value)), float(wanted))
    except ValueError:
        return compare(str(value), wanted)


def _values_at(value: Any, path: str) -> list[Any]:
    """All values at a dotted path, in every item of a list.

    ``Tags.<key>`` finds a tag, and ``Metrics.<name>`` a metric of a training job.
    """
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        by_key = [item["Value"] for item in value if isinstance(item, Mapping) and item.get("Key") == path]
        return by_key or [found for item in value for found in _values_at(item, path)]
    if not isinstance(value, Mapping):
        return []
    if name == _METRICS and _FINAL_METRICS in value:
        return [metric["Value"] for metric in value[_FINAL_METRICS] if metric["MetricName"] == rest]
    if name not in value:
        return []
    inner = value[name]
    if not rest:
        return inner if isinstance(inner, list) else [inner]
    return _values_at(inner, rest)


def _sortable(values: list[Any]) -> tuple[bool, Any]:
    """A sort key: missing values first, then numbers, then strings."""
    if not values:
        return (False, 0.0)
    value = values[0]
    return (isinstance(value, str), value if isinstance(value, str | int | float) else 0.0)


def _list_trial_components(experiments: Experiments, request: Request) -> Response:
    """The trial components, by trial, experiment or source."""
    found = experiments.records("TrialComponent")
    for parent in ("TrialName", "ExperimentName"):
        if parent in request:
            found = [each for each in found if request[parent] in {above.get(parent) for above in each["Parents"]}]
    if "SourceArn" in request:
        found = [each for each in found if each.get("Source", {}).get("SourceArn") == request["SourceArn"]]
    return listing.page(found, request, member="TrialComponentSummaries", name="TrialComponentName")


WITH_EXPERIMENTS = {"Search": _search}
OF_EXPERIMENTS = {"ListTrialComponents": _list_trial_components}
