"""Members of requests that are refused by name."""

import pytest

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.unsupported import DEFAULT_BEHAVIOR, UNSUPPORTED, refuse

MEMBERS = [(operation, path) for operation, paths in UNSUPPORTED.items() for path in paths]


def requests(shape, path: list[str], value=None):
    """A request whose members lead to one value, in the lists that the API's shapes have."""
    if shape.type_name == "list":
        return [requests(shape.member, path, value)]
    if path:
        return {path[0]: requests(shape.members[path[0]], path[1:], value)}
    return value or {"string": "Other", "structure": {"Of": "it"}}[shape.type_name]


@pytest.mark.parametrize(("operation", "path"), MEMBERS)
def test_unsupported_members_are_refused_by_name(operation, path):
    shape = service_model().operation_model(operation).input_shape
    with pytest.raises(ValidationException, match=rf"{path}.* is not supported by the local SageMaker\."):
        refuse(operation, requests(shape, path.split(".")))


@pytest.mark.parametrize("value", DEFAULT_BEHAVIOR)
def test_default_behavior_may_be_requested(value):
    shape = service_model().operation_model("CreateProcessingJob").input_shape
    refuse("CreateProcessingJob", requests(shape, ["ProcessingInputs", "S3Input", "S3InputMode"], value))


def test_pipe_mode_is_accepted():
    refuse("CreateTrainingJob", {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}})
