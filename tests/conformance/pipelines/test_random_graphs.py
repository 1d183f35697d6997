"""Random graphs, with random failures, retries, conditions and stops, against an oracle written from the contract."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.stand_ins import compare, condition, definition, fail, get, processing

AGAIN = {
    "RetryPolicies": [
        {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 0, "BackoffRate": 1.0, "MaxAttempts": 2}
    ]
}
KINDS = ["good", "good", "good", "bad", "flaky", "patient", "weary", "true", "false", "fail"]
"""Flaky fails the first time, patient twice and is tried again, weary more often than its policy tries again."""


@dataclass(frozen=True)
class Node:
    """A step of a random graph.

    Attributes
    ----------
    needs
        The steps that it waits for, and whether it depends on them by a value instead of DependsOn.
    branch
        The condition, by its number, and the side of it on which the step stands; conditions stand in branches, too.
    """

    number: int
    kind: str
    needs: dict[int, bool]
    branch: tuple[int, bool] | None


@st.composite
def graphs(draw) -> list[Node]:
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        needed = [node.number for node in nodes if node.kind != "fail"]
        needs = draw(st.sets(st.sampled_from(needed), max_size=2)) if needed else set()
        gates = [node.number for node in nodes if node.kind in ("true", "false")]
        branch = (draw(st.sampled_from(gates)), draw(st.booleans())) if gates and draw(st.booleans()) else None
        nodes.append(Node(number, kind, {need: draw(st.booleans()) for need in needs}, branch))
    return nodes


_runs = itertools.count()


def written(nodes: list[Node]) -> str:
    run = next(_runs)  # the stand-ins count failures by their messages

    def value_of(need: int) -> dict:
        gate = nodes[need].kind in ("true", "false")
        return get(f"Steps.S{need}.{'Outcome' if gate else 'ProcessingJobName'}")

    def step(node: Node) -> dict:
        name, values = f"S{node.number}", [value_of(need) for need, by_value in node.needs.items() if by_value]
        if node.kind in ("true", "false"):
            sides = {
                side: [step(each) for each in nodes if each.branch == (node.number, side)] for side in (True, False)
            }
            conditions = [compare("Equals", node.kind, "true"), *(compare("Equals", value, value) for value in values)]
            made = condition(name, conditions, sides[True], sides[False])
        elif node.kind == "fail":
            made = fail(name, {"Std:Join": {"On": " ", "Values": ["as requested", *values]}})
        else:
            error = "InternalServerError" if node.kind in ("patient", "weary") else "AlgorithmError"
            times = {"bad": "1000", "flaky": "1", "patient": "2", "weary": "1000"}.get(node.kind, "0")
            variables = {"FAIL": f"{error}: as requested {run} {name}", "FAIL_TIMES": times} if times != "0" else {}
            variables |= {f"V{number}": value for number, value in enumerate(values)}
            made = processing(name, SECONDS="0.002", more=AGAIN if "Internal" in error else None, **variables)
        return {**made, "DependsOn": [f"S{need}" for need, by_value in sorted(node.needs.items()) if not by_value]}

    return definition(*(step(node) for node in nodes if node.branch is None))


def oracle(nodes: list[Node], *, healed: bool = False) -> dict[str, str]:
    """How every step ends that may start, if nothing is cut short: neither by a stop nor by a Fail step."""
    failing = {"bad", "weary", "fail"} | (set() if healed else {"flaky"})
    ends: dict[int, str] = {}
    for node in nodes:  # needs come before those who need
        needs_met = all(ends.get(need) == "Succeeded" for need in node.needs)
        if node.branch is not None:
            gate, side = node.branch
            needs_met &= ends.get(gate) == "Succeeded" and (nodes[gate].kind == "true") is side
        if needs_met:
            ends[node.number] = "Failed" if node.kind in failing else "Succeeded"
    return {f"S{number}": end for number, end in ends.items()}


def is_cut_short(seen: dict[str, str], full: dict[str, str], nodes: list[Node]) -> bool:
    """Whether what was seen is a beginning of the full run: nothing else, and nothing before what it needs.

    Where a stop comes between the attempts of a step, its failure stays its end.
    """
    for node in nodes:
        status = seen.get(f"S{node.number}")
        possible = {full.get(f"S{node.number}"), "Stopped", *({"Failed"} if node.kind == "patient" else ())}
        if status is None:
            continue
        if status not in possible or any(seen.get(f"S{need}") != "Succeeded" for need in node.needs):
            return False
    return True


def meets_a_fail_step(nodes: list[Node], full: dict[str, str]) -> bool:
    return any(node.kind == "fail" and f"S{node.number}" in full for node in nodes)


def status_of(statuses: dict[str, str]) -> str:
    return "Failed" if "Failed" in statuses.values() else "Succeeded"


RANDOMLY = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=60, **RANDOMLY)
@given(nodes=graphs(), most=st.integers(1, 4))
def test_random_graphs_match_the_oracle(pipelines, stand_ins, nodes, most):
    stand_ins.most_at_once = 0
    execution = pipelines.run(written(nodes), ParallelismConfiguration={"MaxParallelExecutionSteps": most})
    full, seen = oracle(nodes), execution.statuses
    if meets_a_fail_step(nodes, full):
        assert is_cut_short(seen, full, nodes)
        assert "Stopped" not in seen.values()
        assert execution.status == "Failed"
        ended = min(step["EndTime"] for step in execution.steps.values() if "Fail" in step["Metadata"])
        assert all(step["StartTime"] <= ended for step in execution.steps.values())
    else:
        assert seen == full
        assert execution.status == status_of(full)
    assert stand_ins.most_at_once <= most
    attempts = {node.number: 3 if node.kind in ("patient", "weary") else 1 for node in nodes}
    assert all(step["AttemptCount"] == attempts[int(name[1:])] for name, step in execution.steps.items())


@settings(max_examples=30, **RANDOMLY)
@given(nodes=graphs(), moment=st.floats(0, 0.02))
def test_random_stops_keep_a_prefix(pipelines, sagemaker, nodes, moment):
    execution = pipelines.start(pipelines.create(written(nodes)))
    time.sleep(moment)
    try:
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
        stopped = True
    except sagemaker.exceptions.ClientError as refused:
        assert "cannot be stopped" in str(refused)  # noqa: PT017 - it may have ended already
        stopped = False
    execution.wait()
    full, seen = oracle(nodes), execution.statuses
    assert is_cut_short(seen, full, nodes)
    assert all(status in ("Succeeded", "Failed", "Stopped") for status in seen.values())
    if stopped and execution.status == "Stopped":
        return
    # The stop came too late: everything had ended of its own accord.
    assert "Stopped" not in seen.values()
    assert execution.status == status_of(seen)
    assert seen == full or meets_a_fail_step(nodes, full)


@settings(max_examples=30, **RANDOMLY)
@given(nodes=graphs())
def test_random_retries_finish_all_possible_steps(pipelines, sagemaker, nodes):
    execution = pipelines.run(written(nodes))
    full = oracle(nodes, healed=True)
    for number in range(sum(node.kind == "flaky" for node in nodes)):
        if execution.status != "Failed" or any("Fail" in step["Metadata"] for step in execution.steps.values()):
            break  # the service retries no execution that a Fail step ended
        before = execution.steps
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken=f"{number:032}")
        execution.wait()
        kept = {name: step for name, step in before.items() if step["StepStatus"] == "Succeeded"}
        assert execution.steps.items() >= kept.items()
    seen = execution.statuses
    if meets_a_fail_step(nodes, oracle(nodes, healed=True)):
        assert execution.status == "Failed"
        assert all(status == full.get(name) or nodes[int(name[1:])].kind == "flaky" for name, status in seen.items())
    else:
        assert seen == full
        assert execution.status == status_of(full)
