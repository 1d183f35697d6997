"""The operations on tags, which every resource can have."""

import json

from local_sagemaker.api import listing
from local_sagemaker.core import tags
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.moto.experiments import Experiments


def follow_moto(core: Core, operation: str, request: Request, answer: bytes) -> None:
    """Keep the tags of an experiment, trial or component that moto created, and drop those of one that it deleted."""
    verb, kind = operation[:6], operation[6:]
    arn = json.loads(answer or b"{}").get(f"{kind}Arn")
    if arn and verb == "Create":
        tags.put(core.store, arn, request.get("Tags", []))
    elif arn and verb == "Delete":
        tags.drop(core.store, arn)


# The types of resource that have records: True where the whole ARN is the key of the record, False where the name is.
_RECORDS = {
    "endpoint": False,
    "endpoint-config": False,
    "hyper-parameter-tuning-job": False,
    "model": False,
    "model-package": True,
    "model-package-group": False,
    "pipeline": False,
    "processing-job": False,
    "training-job": False,
    "transform-job": False,
}


def _require(core: Core, experiments: Experiments, arn: str) -> None:
    """Check that a resource exists; raises ValidationException if it does not."""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind in _RECORDS:
        found = core.store.get(kind, arn if _RECORDS[kind] else name) is not None
    else:
        found = experiments.has(kind, name)
    if not found:
        raise ValidationException(f"Could not find the resource {arn}.")


def _add_tags(core: Core, experiments: Experiments, request: Request) -> Response:
    _require(core, experiments, request["ResourceArn"])
    return {"Tags": tags.put(core.store, request["ResourceArn"], request["Tags"])}


def _list_tags(core: Core, request: Request) -> Response:
    found = tags.of(core.store, request["ResourceArn"])
    return listing.slice_of(found, request, member="Tags", default=tags.MOST_TAGS)


def _delete_tags(core: Core, request: Request) -> Response:
    tags.remove(core.store, request["ResourceArn"], request["TagKeys"])
    return {}


WITH_EXPERIMENTS = {"AddTags": _add_tags}
OPERATIONS = {"ListTags": _list_tags, "DeleteTags": _delete_tags}
