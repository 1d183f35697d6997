"""What of a request is refused by its name."""

import pytest

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition.refusals import DONE_ANYHOW, REFUSED, refuse
from local_sagemaker.definition.shapes import service_model

MEMBERS = [(operation, path) for operation, paths in REFUSED.items() for path in paths]


def requests(shape, path: list[str], value=None):
    """A request whose members lead to one value, in the lists that the API's shapes have."""
    if shape.type_name == "list":
        return [requests(shape.member, path, value)]
    if path:
        return {path[0]: requests(shape.members[path[0]], path[1:], value)}
    return value or {"string": "Other", "structure": {"Of": "it"}}[shape.type_name]


@pytest.mark.parametrize(("operation", "path"), MEMBERS)
def test_every_member_of_the_table_is_one_of_the_api_and_is_refused_by_its_name(operation, path):
    shape = service_model().operation_model(operation).input_shape
    with pytest.raises(ValidationException, match=rf"{path}.* is not supported by SageMaker on this machine\."):
        refuse(operation, requests(shape, path.split(".")))


@pytest.mark.parametrize("value", DONE_ANYHOW)
def test_what_is_done_anyhow_may_be_asked_for(value):
    shape = service_model().operation_model("CreateProcessingJob").input_shape
    refuse("CreateProcessingJob", requests(shape, ["ProcessingInputs", "S3Input", "S3InputMode"], value))


def test_pipe_mode_is_left_to_the_container_which_refuses_it_in_its_own_words():
    refuse("CreateTrainingJob", {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}})
