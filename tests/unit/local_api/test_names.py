"""Names that the service generates."""

import ast
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.core.names import arn, last_part, new_execution_id, of_execution, step_job_name
from local_sagemaker.definition.patterns import matches
from local_sagemaker.definition.shapes import service_model

ROOT = Path(__file__).parents[3]
STEP_NAMES = st.from_regex(r"[A-Za-z0-9\-_]{1,64}", fullmatch=True)


@given(STEP_NAMES, st.sampled_from([("CreateTrainingJob", "TrainingJobName"), ("CreateModel", "ModelName")]))
def test_generated_job_names_are_valid(step, api):
    operation, member = api
    limits = service_model().operation_model(operation).input_shape.members[member].metadata
    name = step_job_name(new_execution_id(), step, None, limits["max"])
    assert len(name) <= limits["max"]
    assert name.startswith("pipelines-")
    assert matches(limits["pattern"], name)


@given(STEP_NAMES)
def test_tuning_job_name_has_no_prefix(step):
    limits = service_model().shape_for("HyperParameterTuningJobName").metadata
    identifier = new_execution_id()
    name = step_job_name(identifier, step, None, limits["max"])
    assert name.startswith(f"{identifier}-")
    assert len(name) <= limits["max"]
    assert matches(limits["pattern"], name)


@given(STEP_NAMES, st.from_regex(r"[a-z](-?[a-z0-9]){0,40}", fullmatch=True))
def test_custom_prefix_respects_maximum_length(step, prefix):
    assert len(step_job_name(new_execution_id(), step, prefix, 63)) <= 63


def test_job_name_cuts_step_name():
    # As in runs that AWS recorded: TitanicModelRegistra and abalone-createmodel-, a hyphen and the random part.
    def middle(step):
        return step_job_name("abcdefghijkl", step, None, 63).removeprefix("pipelines-abcdefghijkl-")[:-11]

    assert middle("TitanicModelRegistrationStep") == "TitanicModelRegistra"
    assert middle("Abalone-CreateModel-CreateModel") == "Abalone-CreateModel-"
    assert middle("Train_it") == "Train-it"


def test_arns_have_their_partition():
    assert arn("us-east-1", "1" * 12, "model/m") == f"arn:aws:sagemaker:us-east-1:{'1' * 12}:model/m"
    assert arn("cn-north-1", "1" * 12, "model/m").startswith("arn:aws-cn:")
    assert last_part(arn("us-east-1", "1" * 12, "model/m")) == last_part("m") == "m"


def test_no_arn_has_a_fixed_partition():
    placeholders = ROOT / "pipelines" / "definition" / "placeholders.py"  # the account's own role replaces them
    for path in {*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("local_sagemaker/**/*.py")} - {placeholders}:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documentation]
        assert "arn:aws:" not in str([node.value for node in strings]), path
    for path in ROOT.glob("infra/**/*.y*ml"):
        assert "arn:aws:" not in path.read_text(encoding="utf-8"), path


def test_execution_suffix_respects_maximum_length():
    assert of_execution("config", "abcdefghijkl", 63) == "config-abcdefghijkl"
    assert of_execution("c" * 49 + "-" + "c" * 13, "abcdefghijkl", 63) == f"{'c' * 49}-abcdefghijkl"
