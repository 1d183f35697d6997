"""The quality gate: fails the execution, with the numbers, unless the winner is good enough."""

from collections.abc import Sequence
from typing import Any

from pipelines.definition.steps.context import Context
from pipelines.definition.steps.evaluate import Verdict
from pipelines.names import TaskSteps


def quality_gate(context: Context, verdict: Verdict, *, passed: Sequence[Any]) -> Any:
    """Run ``passed`` if the winner meets the threshold, beats every baseline, and passes against the champion."""
    from sagemaker.core.workflow.conditions import (
        ConditionEquals,
        ConditionGreaterThanOrEqualTo,
        ConditionLessThanOrEqualTo,
    )
    from sagemaker.mlops.workflow.condition_step import ConditionStep

    metric = context.settings.table.task(verdict.task).metric
    meets = ConditionGreaterThanOrEqualTo if metric == "auc" else ConditionLessThanOrEqualTo
    threshold = context.parameters.thresholds[verdict.task]
    return ConditionStep(
        name=TaskSteps(verdict.task).quality_gate,
        display_name=f"Quality gate: {verdict.task}",
        description=(
            f"Passes if the winner's {metric} on the test set meets {threshold.name}, it beats the baselines, and the "
            "champion is not better"
        ),
        conditions=[
            meets(left=verdict.best(f"test.{metric}"), right=threshold),
            ConditionEquals(left=verdict.best("beats_baselines"), right="yes"),
            ConditionEquals(left=verdict.champion("passes"), right="yes"),
        ],
        if_steps=list(passed),
        else_steps=[below_quality_gate(context, verdict)],
    )


def below_quality_gate(context: Context, verdict: Verdict) -> Any:
    """Fail the execution, with the numbers in its reason, which the evaluation has rounded."""
    from sagemaker.core.workflow.functions import Join
    from sagemaker.mlops.workflow.fail_step import FailStep

    metric = context.settings.table.task(verdict.task).metric
    threshold = context.parameters.thresholds[verdict.task]
    message = Join(
        on="",
        values=[
            f"The {verdict.task} model chosen on validation, ",
            verdict.best("algorithm"),
            f", has {metric} ",
            verdict.best("measured"),
            " on the test set and ",
            verdict.best("beats"),
            f"; {threshold.name} requires {'at least' if metric == 'auc' else 'at most'} ",
            threshold,
            ". ",
            verdict.champion("sentence"),
        ],
    )
    return FailStep(
        name=TaskSteps(verdict.task).below_quality_gate,
        display_name=f"Below the gate: {verdict.task}",
        description="Fails the execution; registers no model",
        error_message=message,
    )
