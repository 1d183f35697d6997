"""The manifest and the specs of JumpStart models, made from the table of pinned specs, ``table.json``.

They fill the local bucket ``jumpstart-cache-prod-<region>``, and replace AWS's bucket when a definition is built
without network.
"""

import json
from importlib import resources
from typing import Any

MANIFEST_KEY = "models_manifest.json"
_INSTANCE_TYPES = ("ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge")
_PREDICTOR = {
    "supported_content_types": ["text/csv"],
    "supported_accept_types": ["application/json;verbose", "application/json"],
    "default_content_type": "text/csv",
    "default_accept_type": "application/json",
}
"""Read by the SDK's JumpStartEstimator, as are the instance types, which mean nothing to the local SageMaker."""


def metadata_objects(region: str) -> dict[str, bytes]:
    """The manifest and the specs, as S3 keys and contents, in the form that the SDK's retrievers read.

    Examples
    --------
    >>> sorted(metadata_objects("us-east-1"))[0]
    'community_models_specs/catboost-classification-model/specs_v2.1.6.json'
    """
    table = pinned_table()
    manifest = [
        {
            "model_id": model["model_id"],
            "version": model["version"],
            "min_version": "2.0.0",
            "spec_key": _spec_key(model),
        }
        for model in table["models"]
    ]
    specs = {_spec_key(model): _to_bytes(_spec(model, table, region)) for model in table["models"]}
    return {MANIFEST_KEY: _to_bytes(manifest), **specs}


def unconfirmed_models() -> set[str]:
    """The ids of the pinned models whose entries no public source confirms."""
    return {model["model_id"] for model in pinned_table()["models"] if not model["confirmed"]}


def pinned_table() -> dict[str, Any]:
    """Read the table of pinned specs."""
    text = resources.files(__package__).joinpath("table.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def _spec_key(model: dict[str, Any]) -> str:
    return f"community_models_specs/{model['model_id']}/specs_v{model['version']}.json"


def _spec(model: dict[str, Any], table: dict[str, Any], region: str) -> dict[str, Any]:
    return {
        "model_id": model["model_id"],
        "version": model["version"],
        "min_sdk_version": "2.0.0",
        "training_supported": True,
        "incremental_training_supported": False,
        "hosting_script_key": model["hosting_script_key"],
        "hosting_artifact_key": model["training_artifact_key"],
        "training_script_key": model["training_script_key"],
        # The SDK prefers this one, which has the script's dependencies in it.
        "training_prepacked_script_key": model["training_prepacked_script_key"],
        "training_artifact_key": model["training_artifact_key"],
        "hyperparameters": [],
        "metrics": [],
        "default_training_instance_type": "ml.m5.large",
        "supported_training_instance_types": list(_INSTANCE_TYPES),
        "default_inference_instance_type": "ml.m5.large",
        "supported_inference_instance_types": list(_INSTANCE_TYPES),
        "predictor_specs": _PREDICTOR,
        "training_instance_type_variants": _variants(table, table["training_image"], region),
        "hosting_instance_type_variants": _variants(table, table["hosting_image"], region),
    }


def _variants(table: dict[str, Any], image: str, region: str) -> dict[str, Any]:
    """The variants, through which alone the SDK finds images (see ``sagemaker.core.jumpstart.types``)."""
    account = table["other_accounts"].get(region, table["account"])
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    uri = f"{account}.dkr.ecr.{region}.{domain}/{image}"
    properties = {"regional_properties": {"image_uri": "$image"}}
    return {
        "regional_aliases": {region: {"image": uri}},
        "variants": dict.fromkeys(table["instance_families"], properties),
    }


def _to_bytes(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()
