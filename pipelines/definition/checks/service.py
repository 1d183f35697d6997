"""SageMaker's request and answer shapes, from the service model that botocore ships."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _model() -> Any:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


def operation(name: str) -> Any:
    """Give botocore's model of one operation."""
    return _model().operation_model(name)
