"""Checks of the inputs of a run: the data, and the definition with its images."""

from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok, warning
from pipelines.aws.responses import last_part
from pipelines.data import dataset
from pipelines.data.code_bundles import bundles
from pipelines.definition.build import Build
from pipelines.errors import PipelineError
from pipelines.settings import Settings
from pipelines.target import Choice, open_target


def data(settings: Settings, target: str) -> Finding:
    """Check that the data can be read."""
    try:
        found = dataset.find(settings.data, allow_sample=False)
    except PipelineError as error:
        fix = "--data PATH, or SEOUL_BIKE_DATA=PATH"
        if target == "local" and settings.data is None:
            return warning("data", f"{error} A local run would use a generated sample and say so.", fix)
        return failure("data", str(error), fix)
    if not found.real and target == "aws":
        return failure("data", f"{found.source} is the generated sample, which is refused on AWS", "--data PATH")
    return ok("data", f"{found.source}, {found.rows} rows")


def definition(settings: Settings, choice: Choice) -> Finding:
    """Build the definition as a run would, without sending it: this looks up every image and checks every limit."""
    try:
        with open_target(settings, choice) as target:
            built = Build(settings, target, bundles()).result()
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
