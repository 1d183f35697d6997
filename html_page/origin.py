"""Where a page was made: the execution, the job and the code, from the job's own configuration.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html#byoc-config
"""

import json
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

CONFIGURATION = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "config", "processingjobconfig.json")
_EXECUTION = re.compile(r"/executions/([^/]+)/")


def job_origin(package: str, configuration: Path = CONFIGURATION) -> dict[str, str]:
    """Describe the processing job that this runs in; empty outside of one.

    Returns
    -------
    ``made`` (UTC), ``job``, and where the job's addresses name them ``execution`` (its id; a result from the cache has
    that of the execution which computed it) and ``code`` (the hash of ``package``).

    Raises `ValueError` if the configuration cannot be read.
    """
    if not configuration.exists():
        return {}
    try:
        job = json.loads(configuration.read_text(encoding="utf-8"))
        outputs = [output["S3Output"]["S3Uri"] for output in job["ProcessingOutputConfig"]["Outputs"]]
        inputs = [given["S3Input"]["S3Uri"] for given in job["ProcessingInputs"] if "S3Input" in given]
        described = {"made": f"{datetime.now(UTC):%Y-%m-%d %H:%M}", "job": str(job["ProcessingJobName"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{configuration} is not the configuration of a processing job ({error!r}).") from error
    code = re.compile(rf"/code/{re.escape(package)}/([^/]+)")
    named = {"execution": _first(_EXECUTION, outputs), "code": _first(code, inputs)}
    return {**described, **{name: value for name, value in named.items() if value}}


def _first(pattern: re.Pattern[str], uris: Iterable[str]) -> str | None:
    return next((found[1] for uri in uris if (found := pattern.search(uri))), None)
