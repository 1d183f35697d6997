"""The public interface of the local service, and the cost of its import."""

import subprocess
import sys
from unittest.mock import Mock

import local_sagemaker
from local_sagemaker.api.operations import MOTO_OPERATIONS, OPERATIONS, bind
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS
from local_sagemaker.supported import as_markdown


def test_the_package_offers_two_functions():
    assert local_sagemaker.__all__ == ["connect_service", "open_service"]


def test_import_is_cheap():
    code = (
        "import sys, time; begin = time.process_time(); import local_sagemaker; "
        "spent = time.process_time() - begin; "
        "heavy = {'moto', 'boto3', 'botocore', 'numpy', 'pandas', 'optuna', 'flask'} & set(sys.modules); "
        "assert not heavy, heavy; assert spent < 0.1, spent"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_service_imports_no_heavy_libraries():
    code = (
        "import sys; from local_sagemaker import lifetime, server; from local_sagemaker.api import operations; "
        "heavy = {'sagemaker', 'numpy', 'pandas', 'optuna', 'xgboost', 'sklearn'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_operations_exist_in_the_api():
    names = set(service_model().operation_names)
    assert set(OPERATIONS) <= names
    assert names >= MOTO_OPERATIONS
    assert not MOTO_OPERATIONS & set(OPERATIONS)


def test_every_listed_operation_gets_its_parts():
    part = Mock()
    assert bind(part, part, part, part, part).keys() == OPERATIONS


def test_step_operations_are_supported():
    for kind in API_STEPS.values():
        assert {kind.create, kind.describe} <= set(OPERATIONS)
        assert kind.stop is None or kind.stop in OPERATIONS
    assert set(SUPPORTED_STEPS) < set(KNOWN_STEPS)


def test_supported_table_is_complete():
    table = as_markdown()
    for name in [*OPERATIONS, *MOTO_OPERATIONS, "InvokeEndpoint"]:
        assert f"`{name}`" in table
    for name in KNOWN_STEPS:
        assert name in table
    assert "sagemaker-xgboost" in table
