"""Where an evaluation ran: its execution, its job and its code, from the job's own configuration.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html#byoc-config
"""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.errors import InputError
from evaluation.strict_json import read_json

CONFIGURATION = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "config", "processingjobconfig.json")
_EXECUTION, _CODE = re.compile(r"/executions/([^/]+)/"), re.compile(r"/code/evaluation/([^/]+)")
_LIBRARIES = ("xgboost", "lightgbm", "catboost", "sklearn", "pandas")


def origin(configuration: Path = CONFIGURATION) -> dict[str, Any]:
    """Describe the processing job that this runs in; empty outside of one.

    Returns
    -------
    ``origin``: ``evaluated`` (UTC), ``job``, ``libraries`` that it used with their versions, and where the job's
    addresses name them ``execution`` (its id; a result from the cache has that of the execution which computed it) and
    ``code`` (the hash of this package).

    Raises `InputError` if the configuration cannot be read.
    """
    if not configuration.exists():
        return {}
    try:
        job = read_json(configuration)
        outputs = [output["S3Output"]["S3Uri"] for output in job["ProcessingOutputConfig"]["Outputs"]]
        inputs = [given["S3Input"]["S3Uri"] for given in job["ProcessingInputs"] if "S3Input" in given]
        named = {"execution": _first(_EXECUTION, outputs), "code": _first(_CODE, inputs)}
        described = {"evaluated": f"{datetime.now(UTC):%Y-%m-%d %H:%M}", "job": job["ProcessingJobName"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{configuration} is not the configuration of a processing job ({error!r}).") from error
    known = {name: value for name, value in named.items() if value}
    return {"origin": {**described, **known, "libraries": _versions()}}


def _first(pattern: re.Pattern[str], uris: Iterable[str]) -> str | None:
    return next((found[1] for uri in uris if (found := pattern.search(uri))), None)


def _versions() -> Mapping[str, str]:
    return {name: str(sys.modules[name].__version__) for name in _LIBRARIES if name in sys.modules}
