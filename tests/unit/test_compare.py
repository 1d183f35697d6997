"""The cost of a day, the break-even point, and equal predictions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.aws.prices import load_prices
from pipelines.errors import BadInput, PipelineError
from pipelines.serving.comparison.costs import (
    ENDPOINT,
    EVERY_HOUR,
    ONCE_A_DAY,
    SERVERLESS,
    Assumed,
    Speed,
    costs_of_a_day,
    crossings,
)
from pipelines.serving.comparison.measurement import require_same

ASSUMED = Assumed("ml.m5.large", "ml.m5.large", 2048, 240)
SPEED = Speed(seconds_per_request=0.005, rows_per_second=400, transform_rows_per_second=30_000, bytes_per_row=300)


def test_an_endpoint_costs_its_instances_with_and_without_requests() -> None:
    prices = load_prices()
    cost = costs_of_a_day(prices, SPEED, ASSUMED)[ENDPOINT]
    a_day = 24 * prices.instance_hour["hosting"]["ml.m5.large"]
    assert cost(1) == pytest.approx(a_day)
    assert cost(400 * 86_400 + 1) == pytest.approx(2 * a_day, rel=0.05), "beyond one instance, two"


def test_serverless_costs_only_its_requests() -> None:
    cost = costs_of_a_day(load_prices(), SPEED, ASSUMED)[SERVERLESS]
    assert cost(0) == 0
    assert cost(2000) == pytest.approx(2 * cost(1000))
    assert cost(1) == pytest.approx(0.005 * 2 * 0.00002 + 300e-9 * 0.016)


def test_each_transform_job_costs_its_start() -> None:
    ways = costs_of_a_day(load_prices(), SPEED, ASSUMED)
    start = 240 / 3600 * 0.115
    assert ways[ONCE_A_DAY](1) == pytest.approx(start, rel=1e-3)
    assert ways[EVERY_HOUR](1000) == pytest.approx(24 * start, rel=1e-3)
    assert ways[EVERY_HOUR](3) == pytest.approx(3 * start, rel=1e-3), "a job for which there are no rows is not started"


@given(request=st.floats(0.001, 1), rows=st.floats(1, 2000), batch=st.floats(100, 1e6), start=st.floats(1, 900))
def test_costs_are_equal_where_their_order_changes(request: float, rows: float, batch: float, start: float) -> None:
    speed = Speed(request, rows, batch, 300)
    ways = costs_of_a_day(load_prices(), speed, Assumed("ml.m5.large", "ml.m5.large", 2048, start))
    for below, above, at in crossings(ways):
        assert ways[below](at * 0.999) <= ways[above](at * 0.999)
        assert ways[below](at * 1.001) >= ways[above](at * 1.001) * 0.999
        if ENDPOINT not in (below, above) and EVERY_HOUR not in (below, above):
            assert ways[below](at) == pytest.approx(ways[above](at), rel=1e-6)


def test_an_instance_type_without_a_price_is_named() -> None:
    with pytest.raises(BadInput, match=r"^The price of ml\.x9\.huge is not in the list"):
        costs_of_a_day(load_prices(), SPEED, Assumed("ml.m5.large", "ml.x9.huge", 2048, 240))


def test_predictions_are_the_same_to_a_millionth_of_their_size() -> None:
    assert require_same("m/1", [1000.0, 0.5], [[1000.0005, 0.5000005, 1000.0, 0.5]]) == pytest.approx(5e-7)


@pytest.mark.parametrize("other", [[1000.01, 0.5], [1000.0, 0.50001], [1000.0, 0.5, 1000.0, 0.4], [math.nan, 0.5]])
def test_other_predictions_fail_loudly(other: list[float]) -> None:
    with pytest.raises(
        PipelineError, match=r"^The endpoint and the transform job of m/1 predict differently: by up to"
    ):
        require_same("m/1", [1000.0, 0.5], [[1000.0, 0.5], other])
