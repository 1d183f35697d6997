"""The checks of every target: caller, region and clock, data and definition, packages, SDK and images."""

import platform
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok, warning
from pipelines.aws.responses import last_part
from pipelines.data import dataset
from pipelines.data.code_bundles import bundles
from pipelines.definition.build import Build
from pipelines.errors import PipelineError
from pipelines.settings.fields import Settings
from pipelines.settings.values import data_variable
from pipelines.target.connection import Choice, CommandContext
from pipelines.target.opening import open_target

SKEW_NOTICED = 60.0
SKEW_REFUSED = 300.0
"""AWS refuses signatures more than five minutes old or ahead; in seconds."""
SDK_MAJOR = 3
SDK_V2_ENDS = date(2027, 7, 6)
IMAGES_PATCHED_UNTIL = {"sagemaker-xgboost:3.2-0": date(2027, 5, 13), "sagemaker-scikit-learn:1.9-0": date(2027, 7, 16)}
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pre-built-containers-support-policy.html"""
SOON = timedelta(days=90)
ALWAYS = ("awswrangler", "boto3", "numpy", "pandas", "rich", "scikit-learn")
ON_THIS_MACHINE = ("catboost", "lightgbm", "matplotlib", "moto", "optuna", "xgboost-cpu")


def caller(context: CommandContext) -> Finding:
    """Report the caller."""
    if not context.on_aws:
        return ok("credentials", "none are needed locally")
    if context.caller["Arn"].endswith(":root"):
        return warning(
            "credentials", "this is the account's root user", "aws configure, with a user or role of fewer permissions"
        )
    return ok("credentials", f"{context.caller['Arn']} in the account {context.caller['Account']}")


def region(context: CommandContext) -> Finding:
    """Report the region."""
    return ok("region", context.connection.region)


def clock(response: Mapping[str, Any], now: datetime) -> Finding:
    """Compare this machine's clock with the Date header of a response."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not date:
        return warning("clock", "the response has no Date header to compare with")
    skew = (now - parsedate_to_datetime(date)).total_seconds()
    fix = "sudo timedatectl set-ntp true"
    message = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} AWS's"
    if abs(skew) > SKEW_REFUSED:
        return failure("clock", f"{message}; AWS refuses requests signed with it", fix)
    if abs(skew) > SKEW_NOTICED:
        return warning("clock", message, fix)
    return ok("clock", "within a minute of the server's")


def data(settings: Settings, target: str) -> Finding:
    """Check that the data can be read."""
    try:
        found = dataset.find(settings.data, settings.table, allow_sample=False)
    except PipelineError as error:
        fix = f"--data PATH, or {data_variable(settings.table)}=PATH"
        if target == "local" and settings.data is None:
            return warning("data", f"{error} A local run would use a generated sample and say so.", fix)
        return failure("data", str(error), fix)
    if not found.real and target == "aws":
        return failure("data", f"{found.source} is the generated sample, which is refused on AWS", "--data PATH")
    return ok("data", found.source if found.rows is None else f"{found.source}, {found.rows} rows")


def definition(settings: Settings, choice: Choice) -> Finding:
    """Build the definition as a run would, without sending it: this looks up every image and checks every limit."""
    try:
        with open_target(settings, choice) as target:
            built = Build(settings, target, bundles(settings.table)).result()
    except PipelineError as error:
        return failure(
            "images", f"the definition cannot be built: {error}", "fix what failed above, then run this again"
        )
    images = sorted({last_part(uri) for uri in _images(built.content)})
    return ok("images", f"{len(images)} found, and the definition is valid: {', '.join(images)}")


def _images(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [image for item in value.values() for image in _images(item)]
    if isinstance(value, list):
        return [image for item in value for image in _images(item)]
    return [value] if isinstance(value, str) and ".dkr.ecr." in value else []


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
