"""Endpoints as text for people and as JSON for programs, with remarks for both."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pipelines.cli.common.console import Result
from pipelines.cli.common.rendering import facts, table, words
from pipelines.execution.logs import Line
from pipelines.models.registry import RegisteredModel
from pipelines.serving.endpoints.capacity import Instances
from pipelines.serving.endpoints.costs import cost_line, cost_of, cost_prefix, price_in_words
from pipelines.serving.endpoints.invocation import Answered
from pipelines.serving.endpoints.scaling import Bounds
from pipelines.serving.endpoints.state import Endpoint
from pipelines.settings.sentences import Sentence
from pipelines.target.connection import CommandContext


def of_endpoint(
    context: CommandContext, endpoint: Endpoint, bounds: Bounds | None, model: RegisteredModel | None, *remarks: str
) -> Result:
    """Show everything about one endpoint."""
    capture, t = endpoint.capture or {}, words(context.settings.lang)
    shown = {
        "endpoint": endpoint.name,
        "status": endpoint.status + (f": {endpoint.failure}" if endpoint.failure else ""),
        "model": f"{model.title}, {model.algorithm} for {model.task}, {model.approval_status}" if model else "unknown",
        "runs on": str(endpoint.capacity or "unknown"),
        "scaling": str(bounds or "none"),
        "captured": _capture_in_words(capture),
        "age": age_in_words(endpoint.created),
        "expires": moment_in_words(endpoint.expiry),
        "owner": endpoint.tags.get("owner", "unknown"),
        "pipeline": endpoint.tags.get("pipeline", "unknown"),
    }
    content = {
        **_brief(context, endpoint),
        "arn": endpoint.arn,
        "failure_reason": endpoint.failure,
        "endpoint_config": endpoint.config.get("EndpointConfigName"),
        "task": model.task if model else None,
        "algorithm": model.algorithm if model else None,
        "scaling": asdict(bounds) if bounds else None,
        "data_capture": {
            "percentage": capture.get("CurrentSamplingPercentage", 0),
            "destination": capture.get("DestinationS3Uri"),
        },
        "tags": dict(endpoint.tags),
    }
    text = facts((t(name), t(value)) for name, value in shown.items())
    return Result(text, content, [*remarks, *_stays(context, endpoint), cost_line(context, endpoint)])


def of_endpoints(context: CommandContext, endpoints: Sequence[Endpoint]) -> Result:
    """Show a list of endpoints."""
    currency, t = context.prices.currency, words(context.settings.lang)
    headings = ("name", "status", "version", "runs on", "age", "expires", t("{currency} per hour", currency=currency))
    rows = [
        (
            endpoint.name,
            endpoint.status,
            (endpoint.package or "unknown").rpartition(":model-package/")[2],
            str(endpoint.capacity or "unknown"),
            age_in_words(endpoint.created),
            moment_in_words(endpoint.expiry) + (" (expired)" if endpoint.expired else ""),
            price_in_words(cost_of(context, endpoint)),
        )
        for endpoint in endpoints
    ]
    costs = [cost_of(context, endpoint) for endpoint in endpoints]
    total = sum(cost for cost in costs if cost is not None)
    unknown = Sentence.of(", and {count} of unknown price", count=costs.count(None)) if None in costs else ""
    content = {
        "endpoints": [_brief(context, endpoint) for endpoint in endpoints],
        "cost_per_hour": total,
        "currency": currency,
    }
    remark = Sentence.of(
        "{where} {cost} {currency} per hour in all{unknown} ({origin}). Delete one with: {one}; all that have expired "
        "with: {expired}",
        where=cost_prefix(context),
        cost=f"{total:.3f}",
        currency=currency,
        unknown=unknown,
        origin=context.prices.origin,
        one=context.command("endpoint delete --name NAME"),
        expired=context.command("endpoint delete --expired"),
    )
    if not endpoints:
        return Result("", content, [Sentence.of(_NO_ENDPOINT)])
    return Result(table([*map(t, headings)], rows), content, [remark])


_NO_ENDPOINT = "This project has no endpoint, so nothing costs anything. Create one with: boostpipe endpoint deploy"


def of_answer(context: CommandContext, endpoint: Endpoint, answered: Answered) -> Result:
    """Show predictions."""
    predictions, model = answered.predictions, answered.model
    decision = {"cut_off": predictions.cut_off, "threshold": predictions.task.threshold}
    content = {
        "endpoint": endpoint.name,
        "model_package": model.arn,
        "task": model.task,
        "predictions": predictions.as_json(),
        **(decision if predictions.cut_off is not None else {}),
        "remarks": list(answered.remarks),
    }
    return Result(
        predictions.in_words(words(context.settings.lang)), content, [*answered.remarks, cost_line(context, endpoint)]
    )


def of_log(context: CommandContext, endpoint: Endpoint, lines: Sequence[Line]) -> Result:
    """Show lines of a log."""
    text = "".join(
        f"{datetime.fromtimestamp(line.timestamp / 1000, UTC):%Y-%m-%d %H:%M:%S}  {line.message}\n" for line in lines
    )
    remarks = [] if lines else [f"{endpoint.name} has logged nothing yet."]
    content = {"endpoint": endpoint.name, "events": [asdict(line) for line in lines]}
    return Result(text, content, [*remarks, cost_line(context, endpoint)])


def of_deleted(context: CommandContext, endpoints: Sequence[Endpoint]) -> Result:
    """Show what was deleted."""
    saved = sum(cost_of(context, endpoint) or 0.0 for endpoint in endpoints)
    names = [endpoint.name for endpoint in endpoints]
    t = words(context.settings.lang)
    text = "".join(t("deleted: {name}", name=name) + "\n" for name in names)
    currency = context.prices.currency
    no_longer = "That no longer costs {cost} {currency} per hour on AWS."
    remark = Sentence.of(no_longer, cost=f"{saved:.3f}", currency=currency) if names else "Nothing was deleted."
    return Result(text, {"deleted": names, "saved_per_hour": saved, "currency": currency}, [remark])


def age_in_words(since: datetime) -> str:
    """Write how long ago something was."""
    minutes = int((datetime.now(UTC) - since).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def moment_in_words(moment: datetime | None) -> str:
    """Write when something will be."""
    return "never" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _brief(context: CommandContext, endpoint: Endpoint) -> dict[str, Any]:
    capacity = endpoint.capacity
    return {
        "name": endpoint.name,
        "status": endpoint.status,
        "model_package": endpoint.package,
        "capacity": asdict(capacity) if capacity else None,
        "created": endpoint.created.astimezone(UTC).isoformat(timespec="seconds"),
        "expires": endpoint.expiry.astimezone(UTC).isoformat(timespec="seconds") if endpoint.expiry else None,
        "expired": endpoint.expired,
        "cost_per_hour": cost_of(context, endpoint),
        "currency": context.prices.currency,
        "delete": context.command(f"endpoint delete --name {endpoint.name}"),
    }


def _stays(context: CommandContext, endpoint: Endpoint) -> list[str]:
    """Return locally how long the server behind an endpoint lives, and how many there are."""
    if context.connection.name != "local":
        return []
    lines = []
    if isinstance(endpoint.capacity, Instances) and endpoint.capacity.count > 1:
        lines.append("Locally one server answers, however many instances there are.")
    if context.connection.owns_service:
        lines.append(
            "Its server ends with this command and starts again when it is invoked; to keep it, leave out "
            "--keep-alive 0 or SAGEMAKER_LOCAL_KEEP_ALIVE=0."
        )
    return lines


def _capture_in_words(capture: Any) -> str:
    if not capture.get("EnableCapture"):
        return "nothing"
    return f"{capture['CurrentSamplingPercentage']} % of invocations, below {capture['DestinationS3Uri']}"
