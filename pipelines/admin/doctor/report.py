"""The report of ``boostpipe doctor --report``: one file to attach to an issue, without account ids and ARNs."""

import hashlib
import json
import platform
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from pipelines.admin.doctor import checks
from pipelines.admin.doctor.finding import Finding
from pipelines.errors import BadInput, PipelineError
from pipelines.execution.lookup import recent
from pipelines.execution.pipeline import look, step_types, stored_definition
from pipelines.settings.fields import Settings
from pipelines.target.connection import Choice, CommandContext
from pipelines.target.opening import open_context

LAST_EXECUTIONS = 5
SECRETS = {
    # JSON writes these with digits, which could complete the twelve of an account.
    re.compile(r"[\x00-\x1f]+"): " ",
    re.compile(r"arn:[^\s\"']*", re.IGNORECASE): "<ARN>",
    re.compile(r"\d{12,}|\d{4}-\d{4}-\d{4}"): "<account>",
    re.compile(r"A[A-Z]IA[A-Z0-9]{16}"): "<access key>",
}


def redact(text: str) -> str:
    """Replace ARNs, account ids and the ids of access keys.

    Examples
    --------
    >>> redact("s3://sagemaker-us-east-1-123456789012/data is denied to arn:aws:iam::123456789012:user/kim")
    's3://sagemaker-us-east-1-<account>/data is denied to <ARN>'
    """
    for secret, replacement in SECRETS.items():
        text = secret.sub(replacement, text)
    return text


def redacted(content: Any) -> Any:
    """Redact every text and every key of a JSON value."""
    if isinstance(content, dict):
        return {redact(key): redacted(value) for key, value in content.items()}
    if isinstance(content, list):
        return [redacted(value) for value in content]
    return redact(content) if isinstance(content, str) else content


def write_report(path: Path, settings: Settings, choice: Choice, findings: Iterable[Finding]) -> None:
    """Write versions, findings, the hash of the definition, and statuses and failure reasons of the last executions.

    Raises `BadInput` if the file cannot be written.
    """
    versions = checks.installed()
    packages = ("sagemaker", *checks.ALWAYS, *checks.ON_THIS_MACHINE)
    content = {
        "boostpipe": metadata.version("boostpipe"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: versions.get(name) for name in packages},
        "target": choice.name,
        "findings": [finding.as_json() for finding in findings],
        **_executions(settings, choice),
    }
    try:
        path.write_text(json.dumps(redacted(content), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--report is {path}, which cannot be written ({error.strerror}); name another file.") from error


def _executions(settings: Settings, choice: Choice) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        with open_context(settings, choice) as context:
            return _read(context)
    except (PipelineError, ClientError, BotoCoreError) as error:
        return {"executions": f"cannot be read: {error}"}


def _read(context: CommandContext) -> dict[str, Any]:
    sagemaker = context.sagemaker
    _, definition = stored_definition(sagemaker, context.pipeline)
    types = step_types(definition)
    found = [look(sagemaker, each.arn, types) for each in recent(sagemaker, context.pipeline, LAST_EXECUTIONS)]
    return {
        "definition_sha256": hashlib.sha256(redact(definition.text).encode()).hexdigest(),
        "executions": [{**each.as_json(), "steps": [step.as_json() for step in each.steps]} for each in found],
    }
