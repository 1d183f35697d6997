"""Checks of this machine: Python, the packages, and the ends of support of the SDK and the images."""

import platform
from collections.abc import Mapping
from datetime import date, timedelta

from pipelines.admin.doctor.finding import Finding, failure, ok, warning

SDK_MAJOR = 3
SDK_V2_ENDS = date(2027, 7, 6)
IMAGES_PATCHED_UNTIL = {"sagemaker-xgboost:3.2-0": date(2027, 5, 13), "sagemaker-scikit-learn:1.9-0": date(2027, 7, 16)}
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pre-built-containers-support-policy.html"""
SOON = timedelta(days=90)
ALWAYS = ("awswrangler", "boto3", "numpy", "pandas", "rich", "scikit-learn")
ON_THIS_MACHINE = ("catboost", "lightgbm", "matplotlib", "moto", "optuna", "xgboost-cpu")


def installed() -> dict[str, str]:
    """Map the packages that are installed to their versions, by their normalized names."""
    from importlib import metadata

    return {str(found.name).lower().replace("_", "-"): found.version for found in metadata.distributions()}


def packages(target: str, versions: Mapping[str, str]) -> Finding:
    """Check that the packages for this target are installed."""
    needed = ALWAYS if target == "aws" else ALWAYS + ON_THIS_MACHINE
    missing = [name for name in needed if name not in versions]
    if missing:
        extra = "'.[local]'" if target == "local" else "."
        return failure("packages", f"not installed: {', '.join(missing)}", f"pip install {extra}")
    return ok(
        "packages", f"Python {platform.python_version()}, boto3 {versions['boto3']}, and all {len(needed)} packages"
    )


def sdk(versions: Mapping[str, str]) -> Finding:
    """Check that the SDK has the major version that the definition needs."""
    version = versions.get("sagemaker")
    fix = f"pip install 'sagemaker>={SDK_MAJOR},<{SDK_MAJOR + 1}'"
    if version is None:
        return failure("SDK", "the SageMaker Python SDK is not installed", fix)
    if version.split(".")[0] == str(SDK_MAJOR):
        return ok("SDK", f"sagemaker {version}; version 3 is the current one, version 2 ends on {SDK_V2_ENDS}")
    return failure("SDK", f"sagemaker {version} is not of version {SDK_MAJOR}; version 2 ends on {SDK_V2_ENDS}", fix)


def images_life(today: date) -> Finding:
    """Check how long AWS patches the images whose versions are fixed in the code."""
    first, until = min(IMAGES_PATCHED_UNTIL.items(), key=lambda item: item[1])
    if until - today > SOON:
        return ok("images' life", f"patched at least until {until} ({first})")
    message = f"AWS patches {first} only until {until}"
    return warning("images' life", message, "update this package, or change the image version in it")
