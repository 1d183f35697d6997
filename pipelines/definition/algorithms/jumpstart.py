"""JumpStart models (LightGBM, CatBoost): a framework image, a script bundle and an artifact that the script requires.

https://docs.aws.amazon.com/sagemaker/latest/dg/lightgbm.html
https://docs.aws.amazon.com/sagemaker/latest/dg/catboost.html
"""

from typing import Any

from pipelines.definition.algorithms.algorithm import Resources
from processing_scripts.dataset_file.model import Kind

NEWEST = "*"
LOOKUP_INSTANCE_TYPE = "ml.m5.xlarge"
"""The SDK finds images by instance type, and cannot use a pipeline parameter for that; any CPU type works."""


def resources(library: str, kind: Kind, region: str) -> Resources:
    """Resolve one model's images and scripts through the SDK's retrievers.

    They read two objects of ``jumpstart-cache-prod-<region>``, or of the folder that
    ``AWS_JUMPSTART_*_LOCAL_ROOT_DIR_OVERRIDE`` names.
    """
    from sagemaker.core import image_uris, model_uris, script_uris

    model: dict[str, Any] = {
        "model_id": model_id(library, kind),
        "model_version": NEWEST,
        "region": region,
        # AWS patches the scripts' dependencies; without these, a vulnerability there would fail every build.
        "tolerate_vulnerable_model": True,
        "tolerate_deprecated_model": True,
    }
    instance = {"framework": None, "instance_type": LOOKUP_INSTANCE_TYPE}
    return Resources(
        training_image=image_uris.retrieve(image_scope="training", **instance, **model),
        inference_image=image_uris.retrieve(image_scope="inference", **instance, **model),
        version=_resolved_version(model),
        channels={
            "model": model_uris.retrieve(model_scope="training", **model),
            "code": script_uris.retrieve(script_scope="training", **model),
        },
        hyperparameters={
            "sagemaker_program": "transfer_learning.py",
            "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
            "sagemaker_container_log_level": "20",
        },
    )


def model_id(library: str, kind: Kind) -> str:
    """The ID of a JumpStart model: one for numbers, one for classes."""
    return f"{library}-{'regression' if kind == 'regression' else 'classification'}-model"


def _resolved_version(model: dict[str, Any]) -> str:
    from sagemaker.core.jumpstart.utils import verify_model_region_and_return_specs

    specs = verify_model_region_and_return_specs(
        model_id=model["model_id"],
        version=model["model_version"],
        scope="training",
        region=model["region"],
        tolerate_vulnerable_model=True,
        tolerate_deprecated_model=True,
    )
    return str(specs.version)
