"""What one may read of a finished step: the answer of its Describe call, by botocore's own shapes."""

from __future__ import annotations

import re
from typing import Any

from pipelines.definition.checks.service import operation

DESCRIBE = {
    "Processing": "DescribeProcessingJob",
    "Training": "DescribeTrainingJob",
    "Tuning": "DescribeHyperParameterTuningJob",
    "Transform": "DescribeTransformJob",
    "Model": "DescribeModel",
    "RegisterModel": "DescribeModelPackage",
    "EndpointConfig": "DescribeEndpointConfig",
    "Endpoint": "DescribeEndpoint",
}
TOKEN = re.compile(r"\.?([A-Za-z0-9_\-]+)|\['([^']+)'\]|\[(\d+)\]")


def path_exists(step: dict[str, Any], path: str) -> bool:
    """Say whether a finished step has a value at this path, such as ``ModelArtifacts.S3ModelArtifacts``."""
    step_type = str(step.get("Type"))
    if step_type == "Condition":
        return path == "Outcome"
    if step_type not in DESCRIBE:
        return False
    shapes = [operation(DESCRIBE[step_type]).output_shape]
    if step_type == "Tuning":  # https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
        shapes.append(operation("ListTrainingJobsForHyperParameterTuningJob").output_shape)
    return any(_leads_somewhere(step, shape, path) for shape in shapes)


def _leads_somewhere(step: dict[str, Any], shape: Any, path: str) -> bool:
    for match in TOKEN.finditer(path):
        member, name, _index = match.groups()
        if member is not None and shape.type_name == "structure" and member in shape.members:
            shape = shape.members[member]
        elif member is None and shape.type_name == "list" and (name is None or _is_output(step, name)):
            shape = shape.member
        else:
            return False
    return "".join(match.group(0) for match in TOKEN.finditer(path)) == path


def _is_output(step: dict[str, Any], name: str) -> bool:
    outputs = step["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
    return name in [output["OutputName"] for output in outputs]
