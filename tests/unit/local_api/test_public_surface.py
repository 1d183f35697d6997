"""What the rest of the house may rely on, and what importing it costs."""

import subprocess
import sys

from pipelines import local
from pipelines.local.operations import MOTO_OPERATIONS, OPERATIONS
from pipelines.local.shapes import service_model
from pipelines.local.steps import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS
from pipelines.local.supported import as_markdown


def test_the_package_offers_one_function():
    assert local.__all__ == ["open_service"]


def test_importing_the_package_is_cheap_and_brings_in_nothing_heavy():
    code = (
        "import sys, time; begin = time.process_time(); import pipelines.local; "
        "spent = time.process_time() - begin; "
        "heavy = {'moto', 'boto3', 'botocore', 'numpy', 'pandas', 'optuna', 'flask'} & set(sys.modules); "
        "assert not heavy, heavy; assert spent < 0.1, spent"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_opening_the_service_brings_in_neither_the_sdk_nor_the_boosting_libraries():
    code = (
        "import sys; from pipelines.local import lifetime, server, operations; "
        "heavy = {'sagemaker', 'numpy', 'pandas', 'optuna', 'xgboost', 'sklearn'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_operation_is_one_of_the_api_and_is_answered_by_one_of_us():
    names = set(service_model().operation_names)
    assert set(OPERATIONS) <= names
    assert names >= MOTO_OPERATIONS
    assert not MOTO_OPERATIONS & set(OPERATIONS)


def test_every_step_names_operations_that_are_carried_out():
    for kind in API_STEPS.values():
        assert {kind.create, kind.describe} <= set(OPERATIONS)
        assert kind.stop is None or kind.stop in OPERATIONS
    assert set(SUPPORTED_STEPS) < set(KNOWN_STEPS)


def test_the_table_of_what_is_supported_names_every_operation_and_step():
    table = as_markdown()
    for name in [*OPERATIONS, *MOTO_OPERATIONS, "InvokeEndpoint"]:
        assert f"`{name}`" in table
    for name in KNOWN_STEPS:
        assert name in table
    assert "sagemaker-xgboost" in table
