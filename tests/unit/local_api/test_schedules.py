"""Schedules of EventBridge Scheduler: when they are due, and that each time starts something once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Store
from local_sagemaker.moto.schedules.cron import read_cron
from local_sagemaker.moto.schedules.starter import KIND, Starter, request_of
from local_sagemaker.moto.schedules.times import check, due, next_time, upcoming

UTC_ZONE = ZoneInfo("UTC")
RULE_WEEKDAYS = (rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()


def some(lowest: int, highest: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(lowest, highest), min_size=1, max_size=4, unique=True).map(sorted)


def written(values: list[int]) -> str:
    return ",".join(map(str, values))


@given(
    minutes=some(0, 59),
    hours=some(0, 23),
    months=some(1, 12),
    month_days=some(1, 28),
    weekdays=some(1, 7),
    kind=st.sampled_from(["month", "week", "last", "nth", "last weekday"]),
    number=st.integers(1, 4),
    moment=st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01")),
)
def test_next_time_of_cron_is_that_of_dateutil(
    minutes: list[int],
    hours: list[int],
    months: list[int],
    month_days: list[int],
    weekdays: list[int],
    kind: str,
    number: int,
    moment: datetime,
) -> None:
    first = RULE_WEEKDAYS[weekdays[0] - 1]
    days: dict[str, tuple[str, str, dict[str, Any]]] = {
        "month": (written(month_days), "?", {"bymonthday": month_days}),
        "week": ("?", written(weekdays), {"byweekday": [RULE_WEEKDAYS[day - 1] for day in weekdays]}),
        "last": ("L", "?", {"bymonthday": -1}),
        "nth": ("?", f"{weekdays[0]}#{number}", {"byweekday": first(number)}),
        "last weekday": ("?", f"{weekdays[0]}L", {"byweekday": first(-1)}),
    }
    of_month, of_week, by = days[kind]
    expected = rrule.rrule(
        rrule.MONTHLY,
        dtstart=moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
        bymonth=months,
        byhour=hours,
        byminute=minutes,
        bysecond=0,
        **by,
    ).after(moment)
    cron = read_cron(f"{written(minutes)} {written(hours)} {of_month} {written(months)} {of_week} *")
    found = cron.next_after(moment.replace(tzinfo=UTC).timestamp(), UTC_ZONE)
    assert found == expected.replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ("0/20 8-9 ? * MON-FRI 2026", ["2026-03-02T09:20", "2026-03-02T09:40", "2026-03-03T08:00"]),
        ("0 0 15W * ? *", ["2026-03-16T00:00", "2026-04-15T00:00", "2026-05-15T00:00"]),
        ("0 0 1W AUG ? *", ["2026-08-03T00:00", "2027-08-02T00:00", "2028-08-01T00:00"]),
        ("0 0 31W FEB,MAY ? *", ["2026-05-29T00:00", "2027-05-31T00:00", "2028-05-31T00:00"]),
        ("0 0 29 2 ? *", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
    ],
)
def test_steps_names_and_working_days(fields: str, times: list[str]) -> None:
    found, moment = [], START
    for _ in times:
        following = read_cron(fields).next_after(moment, UTC_ZONE)
        assert following is not None
        moment = following
        found.append(datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M"))
    assert found == times


def test_a_cron_expression_ends_with_its_years() -> None:
    assert read_cron("0 0 1 1 ? 2025").next_after(START, UTC_ZONE) is None
    assert read_cron("0 0 30 2 ? *").next_after(START, UTC_ZONE) is None


@pytest.mark.parametrize(
    "expression",
    [
        "daily",
        "rate(0 days)",
        "rate(1 week)",
        "cron(0 3 * * *)",
        "cron(0 3 * * * *)",
        "cron(60 3 ? * MON *)",
        "cron(0 3 ? * MON-FUN *)",
        "cron(5-1 3 ? * MON *)",
        "cron(*/0 3 ? * MON *)",
        "at(2027-01-01)",
        "at(2027-13-01T00:00:00)",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"it|must|not|month"):
        check(expression, None)


def test_an_unknown_time_zone_is_refused() -> None:
    for name in ("Mars/Base", "../etc", "/etc/passwd"):
        with pytest.raises(ValueError, match="there is no time zone"):
            check("rate(1 day)", name)


def test_a_zone_skips_and_repeats_no_start() -> None:
    zone = ZoneInfo("Europe/Berlin")

    def starts(fields: str, from_day: date, days: int) -> list[str]:
        moment = datetime.combine(from_day, datetime.min.time(), zone).timestamp()
        end, found = moment + days * 86400, []
        while (following := read_cron(fields).next_after(moment, zone)) is not None and following < end:
            moment = following
            found.append(datetime.fromtimestamp(moment, UTC).strftime("%m-%dT%H:%M"))
        return found

    assert starts("30 2 * * ? *", date(2026, 3, 28), 3) == ["03-28T01:30", "03-30T00:30"]
    assert starts("30 2 * * ? *", date(2026, 10, 24), 3) == ["10-24T00:30", "10-25T00:30", "10-26T01:30"]


def schedule(expression: str, **more: Any) -> dict[str, Any]:
    return {
        "Key": "default/weekly",
        "Name": "weekly",
        "Arn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/weekly",
        "ScheduleExpression": expression,
        "State": "ENABLED",
        "CreationDate": START,
        "After": START - 0.001,
        "Target": {
            "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution",
            "Input": '{"PipelineName": "P", "ClientRequestToken": "at <aws.scheduler.scheduled-time>"}',
        },
        **more,
    }


def test_a_rate_starts_at_once_and_then_in_its_steps() -> None:
    weekly = schedule("rate(7 days)")
    assert due(weekly, START) == START
    assert next_time(weekly, START) == START + 7 * 86400
    begins = START + 3600
    assert next_time(schedule("rate(1 hour)", StartDate=begins), START) == begins


def test_one_time_is_that_of_its_zone() -> None:
    once = schedule("at(2026-03-02T18:30:00)", ScheduleExpressionTimezone="Asia/Seoul")
    assert next_time(once, START) == START + 30 * 60
    assert next_time(once, START + 30 * 60) is None


def test_nothing_starts_outside_of_the_dates_or_when_disabled() -> None:
    ended = schedule("rate(1 hour)", EndDate=START + 3600)
    assert next_time(ended, START) == START + 3600
    assert next_time(ended, START + 3600) is None
    assert due(schedule("rate(1 hour)", State="DISABLED"), START + 7200) is None
    assert upcoming(schedule("rate(1 hour)", State="DISABLED"), START) is None


def test_missed_times_count_as_one_for_a_day() -> None:
    hourly = schedule("cron(0 * * * ? *)")
    assert due(hourly, START + 5.5 * 3600) == START + 5 * 3600
    once = schedule("at(2026-03-02T10:00:00)")
    assert due(once, START + 3600 + 86399) == START + 3600
    assert due(once, START + 3600 + 86401) is None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "records.sqlite")
    yield opened
    opened.close()


class Service:
    """Counts what is started, at a time that the test sets."""

    def __init__(self, store: Store) -> None:
        self.store, self.moment, self.started = store, START, list[Any]()

    def starter(self) -> Starter:
        def call(operation: str, request: Any) -> None:
            self.started.append((operation, request["ClientRequestToken"]))

        return Starter(self.store, call, lambda: self.moment)


def test_each_time_starts_once_also_after_a_restart(store: Store, tmp_path: Path) -> None:
    service = Service(store)
    store.insert(KIND, "default/weekly", schedule("rate(7 days)"))
    service.starter().start_due()
    service.starter().start_due()
    assert service.started == [("StartPipelineExecution", "at 2026-03-02T09:00:00Z")]
    service.store = Store(tmp_path / "records.sqlite")
    service.moment += 7 * 86400 + 60
    service.starter().start_due()
    assert [token for _, token in service.started] == ["at 2026-03-02T09:00:00Z", "at 2026-03-09T09:00:00Z"]
    service.store.close()


def test_two_processes_start_a_time_once(store: Store, tmp_path: Path) -> None:
    service, other = Service(store), Service(Store(tmp_path / "records.sqlite"))
    store.insert(KIND, "default/weekly", schedule("rate(1 minute)"))
    for minute in range(20):
        service.moment = other.moment = START + minute * 60
        threads = [Thread(target=each.starter().start_due) for each in (service, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tokens = sorted(token for _, token in (*service.started, *other.started))
    times = [datetime.fromtimestamp(START, UTC) + timedelta(minutes=minute) for minute in range(20)]
    assert tokens == [f"at {time:%Y-%m-%dT%H:%M:%SZ}" for time in times]
    other.store.close()


def test_a_start_that_is_refused_is_not_repeated(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def call(operation: str, _request: Any) -> None:
        calls.append(operation)
        raise ValidationException("There is no pipeline P.")

    store.insert(KIND, "default/weekly", schedule("rate(7 days)"))
    starter = Starter(store, call, lambda: START)
    starter.start_due()
    starter.start_due()
    assert calls == ["StartPipelineExecution"]
    assert "the schedule default/weekly could not start" in caplog.text


def test_a_one_time_schedule_may_delete_itself(store: Store) -> None:
    service = Service(store)
    for name, action in (("kept", "NONE"), ("gone", "DELETE")):
        once = schedule("at(2026-03-02T09:00:00)", ActionAfterCompletion=action)
        store.insert(KIND, name, {**once, "Key": name})
    service.starter().start_due()
    assert len(service.started) == 2
    assert [record["Key"] for record in store.list(KIND)] == ["kept"]


def test_a_pipeline_is_a_target_with_parameters() -> None:
    parameters = [{"Name": "Day", "Value": "<aws.scheduler.scheduled-time>"}]
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/P"
    target = {"Arn": arn, "SageMakerPipelineParameters": {"PipelineParameterList": parameters}}
    operation, request = request_of(schedule("rate(1 day)", Target=target), START)
    assert operation == "StartPipelineExecution"
    assert request == {"PipelineName": arn, "PipelineParameters": [{"Name": "Day", "Value": "2026-03-02T09:00:00Z"}]}
