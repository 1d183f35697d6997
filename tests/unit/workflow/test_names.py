"""Names: within the limits of AWS, and never shared by two pipelines."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pipelines import names
from pipelines.settings.checks import PIPELINE_NAME
from pipelines.settings.fields import Settings

TASKS = Settings().tasks

LIMITS = {names.group_name: 63, names.endpoint_config_prefix: 37}
PIPELINES = st.from_regex(PIPELINE_NAME, fullmatch=True).filter(lambda name: "\n" not in name)
LONG = st.text("ab-", min_size=0, max_size=12).map(lambda end: f"{'company-team-' * 6}{end}x"[:100])
SAGEMAKER_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


@given(PIPELINES | LONG)
def test_names_keep_to_their_limits(pipeline: str) -> None:
    for task in TASKS:
        for name, limit in LIMITS.items():
            assert len(name(pipeline, task)) <= limit
            assert SAGEMAKER_NAME.fullmatch(name(pipeline, task))
        assert len(names.job_name(pipeline, task)) <= 63
        assert len(names.deployment_name(names.group_name(pipeline, task), 999)) <= 63
    assert len(names.schedule_name(pipeline)) <= 64


@given(LONG | PIPELINES, LONG | PIPELINES)
def test_two_pipelines_share_no_name(one: str, other: str) -> None:
    if one == other:
        return
    assert names.schedule_name(one) != names.schedule_name(other)
    for name in LIMITS:
        of_one, of_other = ({name(pipeline, task) for task in TASKS} for pipeline in (one, other))
        assert len(of_one) == len(of_other) == len(TASKS)
        assert not of_one & of_other


@given(PIPELINES)
def test_a_name_that_the_stack_allows_is_never_cut(pipeline: str) -> None:
    """Its policies give permission for names that begin with the pipeline's."""
    pipeline = pipeline[: names.MOST_OF_A_PIPELINE].rstrip("-")
    for task in TASKS:
        endpoint = names.group_name(pipeline, task)
        made = (endpoint, names.endpoint_config_prefix(pipeline, task), names.job_name(pipeline, task))
        assert all(name.startswith(f"{pipeline}-") for name in (*made, names.deployment_name(endpoint, 1)))
    assert names.schedule_name(pipeline) == pipeline


def test_shortened_name_ends_in_a_hash_of_the_whole() -> None:
    one, other = (f"company-team-seoul-bike-demand-forecasting-with-{stage}" for stage in ("production", "staging"))
    assert names.group_name(one, "regression") == "company-team-seoul-bike-demand-forecast-69390daf-regression"
    assert names.group_name(one, "regression") != names.group_name(other, "regression")
