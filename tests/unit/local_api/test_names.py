"""Names of the service's making."""

from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.core.names import arn, last_part, new_execution_id, of_execution, step_job_name
from local_sagemaker.definition.patterns import matches
from local_sagemaker.definition.shapes import service_model

STEP_NAMES = st.from_regex(r"[A-Za-z0-9\-_]{1,64}", fullmatch=True)


@given(STEP_NAMES, st.sampled_from([("CreateTrainingJob", "TrainingJobName"), ("CreateModel", "ModelName")]))
def test_the_job_of_every_step_has_a_name_that_its_api_takes(step, api):
    operation, member = api
    limits = service_model().operation_model(operation).input_shape.members[member].metadata
    name = step_job_name(new_execution_id(), step, None, limits["max"])
    assert len(name) <= limits["max"]
    assert name.startswith("pipelines-")
    assert matches(limits["pattern"], name)


@given(STEP_NAMES)
def test_a_tuning_jobs_name_leaves_out_the_prefix(step):
    limits = service_model().shape_for("HyperParameterTuningJobName").metadata
    identifier = new_execution_id()
    name = step_job_name(identifier, step, None, limits["max"])
    assert name.startswith(f"{identifier}-")
    assert len(name) <= limits["max"]
    assert matches(limits["pattern"], name)


@given(STEP_NAMES, st.from_regex(r"[a-z](-?[a-z0-9]){0,40}", fullmatch=True))
def test_a_custom_prefix_never_makes_a_name_too_long(step, prefix):
    assert len(step_job_name(new_execution_id(), step, prefix, 63)) <= 63


def test_of_a_steps_name_twenty_characters_are_in_the_name_of_its_job():
    # As in runs that AWS recorded: TitanicModelRegistra and abalone-createmodel-, a hyphen and the random part.
    def middle(step):
        return step_job_name("abcdefghijkl", step, None, 63).removeprefix("pipelines-abcdefghijkl-")[:-11]

    assert middle("TitanicModelRegistrationStep") == "TitanicModelRegistra"
    assert middle("Abalone-CreateModel-CreateModel") == "Abalone-CreateModel-"
    assert middle("Train_it") == "Train-it"


def test_arns_have_the_partition_of_their_region():
    assert arn("us-east-1", "1" * 12, "model/m") == f"arn:aws:sagemaker:us-east-1:{'1' * 12}:model/m"
    assert arn("cn-north-1", "1" * 12, "model/m").startswith("arn:aws-cn:")
    assert last_part(arn("us-east-1", "1" * 12, "model/m")) == last_part("m") == "m"


def test_a_name_of_an_execution_is_cut_to_have_room_for_its_id():
    assert of_execution("config", "abcdefghijkl", 63) == "config-abcdefghijkl"
    assert of_execution("c" * 49 + "-" + "c" * 13, "abcdefghijkl", 63) == f"{'c' * 49}-abcdefghijkl"
