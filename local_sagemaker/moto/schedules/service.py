"""The API of EventBridge Scheduler: moto's, with schedules that survive a restart and start something."""

import json
from collections.abc import Iterable
from threading import Lock
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.store import Record
from local_sagemaker.moto.dispatch import whole_body
from local_sagemaker.moto.refusals import refuse
from local_sagemaker.moto.s3.downloads import Application, Environ, StartResponse
from local_sagemaker.moto.schedules.starter import KIND, Starter, refusal
from local_sagemaker.moto.schedules.times import check

SERVICE = "scheduler"


class Schedules:
    """A WSGI application around moto's; the records of the store are the schedules, and moto gets them each time."""

    def __init__(self, moto: Application, core: Core, starter: Starter) -> None:
        self._moto, self._core, self._starter = moto, core, starter
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Handle one request; its change is on disk before the response leaves."""
        changes = environ["REQUEST_METHOD"] != "GET"
        if changes and (reason := _invalid(environ)):
            return refuse(environ, start_response, reason, service=SERVICE, code="ValidationException")
        with self._lock:
            self._load()
            answer = list(self._moto(environ, start_response))
            if changes:
                self._write_down()
        self._starter.changed()
        return answer

    @property
    def _groups(self) -> dict[str, Any]:
        from moto.scheduler.models import scheduler_backends

        groups: dict[str, Any] = scheduler_backends[self._core.account_id][self._core.region].schedule_groups
        return groups

    def _load(self) -> None:
        """Make moto's schedules those of the store."""
        from moto.scheduler.models import ScheduleGroup

        groups = self._groups
        for group in groups.values():
            group.schedules.clear()
        for record in self._core.store.list(KIND):
            name = record["GroupName"]
            if name not in groups:
                groups[name] = ScheduleGroup(self._core.region, self._core.account_id, name)
            groups[name].add_schedule(_to_moto(record, self._core))

    def _write_down(self) -> None:
        """Make the schedules of the store those of moto."""
        store = self._core.store
        now = {
            f"{name}/{schedule.name}": schedule.to_dict()
            for name, group in self._groups.items()
            for schedule in group.schedules.values()
        }
        with store.transaction():
            known = {record["Key"]: record for record in store.list(KIND)}
            for key in known.keys() - now.keys():
                store.delete(KIND, key)
            for key, schedule in now.items():
                before = known.get(key)
                if before is not None and {**before, **schedule} == before:
                    continue
                store.delete(KIND, key)
                store.insert(KIND, key, {**schedule, "Key": key, "After": _before_first(schedule)})


def _before_first(schedule: Record) -> float:
    """The moment from which a new or changed schedule counts: a rate starts something at once."""
    changed, start = schedule["LastModificationDate"], schedule["StartDate"]
    return float(min(changed, changed if start is None else start)) - 0.001


def _to_moto(record: Record, core: Core) -> Any:
    from moto.scheduler.models import Schedule

    schedule = Schedule(
        region=core.region,
        account_id=core.account_id,
        group_name=record["GroupName"],
        name=record["Name"],
        description=record["Description"],
        schedule_expression=record["ScheduleExpression"],
        schedule_expression_timezone=record["ScheduleExpressionTimezone"],
        flexible_time_window=record["FlexibleTimeWindow"],
        target=record["Target"],
        state=record["State"],
        kms_key_arn=record["KmsKeyArn"],
        start_date=None,  # moto refuses one that has passed
        end_date=record["EndDate"],
        action_after_completion=record["ActionAfterCompletion"],
    )
    schedule.start_date = record["StartDate"]
    schedule.creation_date, schedule.last_modified_date = record["CreationDate"], record["LastModificationDate"]
    return schedule


def _invalid(environ: Environ) -> str | None:
    """Say what is wrong with the schedule of a request; None if nothing is, or it has none.

    Raises a NotImplementedError that names a target that is not supported.
    """
    try:
        request = json.loads(whole_body(environ) or b"{}")
    except ValueError:
        return None
    expression = request.get("ScheduleExpression") if isinstance(request, dict) else None
    if expression is None:
        return None
    try:
        check(expression, request.get("ScheduleExpressionTimezone"))
    except ValueError as error:
        return f"Invalid Schedule Expression {expression}: {error}."
    reason = refusal(request.get("Target") or {})
    if reason:
        raise NotImplementedError(reason)
    return None
