"""Serverless capacity: which models, regions and sizes it is for."""

from __future__ import annotations

import argparse
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.cli.endpoint import actions
from pipelines.errors import BadInput
from pipelines.serving.endpoints.capacity import Instances, Serverless
from pipelines.serving.endpoints.deployment import check_serverless
from pipelines.settings.fields import Settings

SERVERLESS = Serverless(2048, 5)


@pytest.mark.parametrize("algorithm", ["lightgbm", "catboost"])
def test_models_that_install_packages_at_start_are_not_serverless(algorithm: str) -> None:
    with pytest.raises(BadInput, match="installs packages when it starts"):
        check_serverless(model(algorithm), SERVERLESS)
    check_serverless(model(algorithm), Instances("ml.m5.large", 1))


def test_xgboost_models_can_be_serverless() -> None:
    check_serverless(model("xgboost"), SERVERLESS)


def test_china_has_no_serverless_endpoints() -> None:
    with pytest.raises(BadInput, match="cn-north-1 has no serverless endpoints"):
        actions._capacity(context("cn-north-1"), options())
    assert actions._capacity(context("ap-northeast-2"), options()) == (SERVERLESS, None)


def model(algorithm: str) -> Any:
    return SimpleNamespace(title="group/1", algorithm=algorithm)


def context(region: str) -> Any:
    return SimpleNamespace(settings=Settings(), connection=SimpleNamespace(region=region))


def options() -> argparse.Namespace:
    return argparse.Namespace(serverless=True, min_instances=None, max_instances=None, memory=2048, max_concurrency=5)
