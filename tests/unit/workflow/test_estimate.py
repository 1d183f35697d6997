"""The estimate: what runs beside what, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.aws.prices import load_prices
from pipelines.execution.estimate import ASSUMED_MINUTES, estimate, measured_seconds
from pipelines.execution.pipeline import Step

PRICES = load_prices()


def training(name: str, after: list[str], instances: int = 1) -> dict[str, Any]:
    resources = {"InstanceType": {"Get": "Parameters.Type"}, "InstanceCount": instances}
    return {"Name": name, "Type": "Training", "Arguments": {"ResourceConfig": resources}, "DependsOn": after}


def definition(steps: list[dict[str, Any]]) -> dict[str, Any]:
    parameter = {"Name": "Type", "Type": "String", "DefaultValue": "ml.m5.xlarge"}
    return {"Version": "2020-12-01", "Parameters": [parameter], "Steps": steps}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, float]]:
    names = [f"S{number}" for number in range(draw(st.integers(1, 8)))]
    after = {
        name: draw(st.lists(st.sampled_from(names[:position]), unique=True)) if position else []
        for position, name in enumerate(names)
    }
    return after, {name: draw(st.integers(1, 3600)) for name in names}


@given(graphs(), st.integers(1, 10))
def test_duration_lies_between_longest_path_and_all_steps(
    graph: tuple[dict[str, list[str]], dict[str, float]], at_once: int
) -> None:
    after, seconds = graph
    steps = [training(name, earlier) for name, earlier in after.items()]
    minutes = estimate(definition(steps), {}, PRICES, seconds, at_once).minutes
    longest: dict[str, float] = {}
    for name, earlier in after.items():
        longest[name] = seconds[name] / 60 + max((longest[each] for each in earlier), default=0)
    total = sum(seconds.values()) / 60
    assert max(*longest.values(), total / at_once) - 1e-9 <= minutes <= total + 1e-9
    if at_once == 1:
        assert minutes == pytest.approx(total)
    if at_once >= len(after):
        assert minutes == pytest.approx(max(longest.values()))


def test_every_instance_of_a_job_is_billed() -> None:
    one, three = (estimate(definition([training("A", [], count)]), {}, PRICES, {"A": 60}, 1) for count in (1, 3))
    assert (three.minutes, three.steps[0].billed_minutes) == (one.minutes, 3 * one.steps[0].billed_minutes)
    assert three.cost == pytest.approx(3 * (one.cost or 0))


def test_no_more_steps_run_at_once_than_allowed() -> None:
    minutes = {"A": 1, "B": 3, "C": 3, "D": 3}
    steps = [training(name, []) for name in minutes]
    seconds = {name: 60.0 * each for name, each in minutes.items()}
    # When A ends, B still runs: of C and D only one may start, and the other waits for B.
    assert estimate(definition(steps), {}, PRICES, seconds, 2).minutes == pytest.approx(6)
    assert estimate(definition(steps), {}, PRICES, seconds, 3).minutes == pytest.approx(4)


def test_parameter_decides_the_instance_and_its_price() -> None:
    steps = [training("Train", [])]
    default = estimate(definition(steps), {}, PRICES, {}, 1)
    larger = estimate(definition(steps), {"Type": "ml.m5.4xlarge"}, PRICES, {}, 1)
    hourly = PRICES.per_hour("training", "ml.m5.xlarge")
    assert hourly is not None
    assert default.cost == pytest.approx(hourly * ASSUMED_MINUTES["Training"] / 60)
    assert larger.cost is not None
    assert larger.cost > 3 * default.cost


def test_measured_times_are_the_median_of_what_really_ran() -> None:
    def ran(seconds: float, status: str = "Succeeded", *, cached: bool = False) -> Step:
        return Step("Train", "Training", status, seconds, None, cached, {})

    executions = [[ran(100)], [ran(300)], [ran(1, cached=True)], [ran(2, "Failed")], [ran(200)]]
    assert measured_seconds(executions) == {"Train": 200}
