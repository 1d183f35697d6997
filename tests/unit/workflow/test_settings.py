"""Settings: the command line, else the environment, else the default; and no value that no run could use."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli.common.options import ALL_SETTINGS, GROUPS
from pipelines.cli.run.command import COMMAND
from pipelines.errors import BadInput
from pipelines.settings.fields import Settings
from pipelines.settings.values import from_values
from pipelines.target.opening import choose, offline

ROLE = "arn:aws:iam::123456789012:role/x"


def test_defaults_are_both_tasks_and_all_algorithms() -> None:
    settings = from_values({}, {})
    assert settings.tasks == ("regression", "classification")
    assert settings.algorithms == ("xgboost", "lightgbm", "catboost")
    assert (settings.dataset_options, settings.seed) == ({"split": "days", "features": "history"}, 42)
    assert settings.state_dir == Path(".sagemaker-local")


def test_environment_replaces_an_option_not_given() -> None:
    environment = {"SEOUL_BIKE_DATA": "a.csv", "SAGEMAKER_PIPELINE_NAME": "FromTheEnvironment"}
    settings = from_values({"pipeline_name": "FromTheCommandLine"}, environment)
    assert (settings.data, settings.pipeline_name) == ("a.csv", "FromTheCommandLine")


def test_the_command_line_offers_every_name_that_scripts_depend_on() -> None:
    options = {option for action in COMMAND.parser()._actions for option in action.option_strings}
    promised = (
        "--upsert --start --wait --no-wait --dry-run --json -v --target --task --algorithms --split --seed --data "
        "--parameter --tag --pipeline-name --execution-name --role-arn --region --bucket --state-dir"
    )
    assert set(promised.split()) <= options


def test_every_setting_has_one_group_in_the_help() -> None:
    assert sorted(name for members in GROUPS.values() for name in members) == sorted(ALL_SETTINGS)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"algorithms": ("xgboost", "prophet")}, "--algorithms is 'xgboost,prophet', but it must name some of"),
        ({"algorithms": ("xgboost", "xgboost")}, "each at most once"),
        ({"algorithms": ()}, "it must name some of"),
        ({"pipeline_name": "Seoul bikes"}, "--pipeline-name is 'Seoul bikes', but a pipeline's name has"),
        ({"seed": -1}, "--seed is -1, but it must lie between 0 and"),
        ({"threshold_quantile": 1.0}, "--threshold-quantile is 1.0, but it must lie between 0.05 and 0.95"),
        ({"task": "regresion"}, "has regression, classification, all. Did you mean regression?"),
        ({"split": "weeks"}, "--option split is 'weeks', but seoul_bike.toml has days, hours, time."),
        ({"option": (("weather", "now"),)}, "offers no option 'weather': its options are split, features."),
        ({"gate": (("regression", -1.0),)}, "--gate regression is -1.0, but it must lie between 0 and"),
        ({"max_parallel_steps": 0}, "--max-parallel-steps is 0"),
        ({"subnets": ("vpc-1",)}, "--subnets is 'vpc-1', but it must be ids such as subnet-0123abcd"),
        ({"subnets": ("subnet-0a",)}, "--subnets and --security-groups go together"),
        ({"wheelhouse": "wheels"}, "--wheelhouse is 'wheels', but it must be a folder of S3"),
    ],
)
def test_unusable_value_is_refused_by_name(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput, match=r"^(--|seoul_bike.toml)") as caught:
        from_values(values, {})
    assert sentence in str(caught.value)


def test_wrong_choice_in_the_environment_names_the_variable() -> None:
    with pytest.raises(BadInput, match=r"^SAGEMAKER_TARGET is 'azure', but it must be one of auto, local, aws\.$"):
        from_values({}, {"SAGEMAKER_TARGET": "azure"})


@pytest.mark.parametrize(
    ("settings", "environment", "name", "why"),
    [
        (Settings(), {}, "local", "no execution role is given"),
        (Settings(role_arn=ROLE), {}, "aws", "an execution role is given"),
        (Settings(target="local", role_arn=ROLE), {}, "local", "--target is given"),
        (Settings(), {"SAGEMAKER_INTERNAL_IMAGE_URI": "x"}, "aws", "inside SageMaker"),
    ],
)
def test_auto_is_aws_with_a_role_and_explains_why(
    settings: Settings, environment: dict[str, str], name: str, why: str
) -> None:
    choice = choose(settings, environment)
    assert choice.name == name
    assert why in choice.why


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_local_role_is_in_the_partition_of_the_region(region: str, partition: str) -> None:
    with offline(Settings(region=region)) as target:
        assert target.role.startswith(f"arn:{partition}:iam::")
