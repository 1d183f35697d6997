"""Random graphs, with random failures, conditions and stops, against an oracle written from the contract."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.stand_ins import compare, condition, definition, fail, processing


@dataclass(frozen=True)
class Node:
    """A step of a random graph; ``branch`` is the condition (by number) and the side on which it stands."""

    number: int
    kind: str  # "good", "bad", "true", "false", "fail"
    needs: frozenset[int]
    branch: tuple[int, bool] | None


@st.composite
def graphs(draw) -> list[Node]:
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["good", "good", "good", "bad", "true", "false", "fail"]))
        needs = frozenset(draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else ())
        gates = [node.number for node in nodes if node.kind in ("true", "false")]
        branch = (draw(st.sampled_from(gates)), draw(st.booleans())) if gates and draw(st.booleans()) else None
        nodes.append(Node(number, kind, needs, branch))
    return nodes


def written(nodes: list[Node]) -> str:
    def step(node: Node) -> dict:
        name = f"S{node.number}"
        if node.kind in ("true", "false"):
            sides = {
                side: [step(each) for each in nodes if each.branch == (node.number, side)] for side in (True, False)
            }
            made = condition(name, [compare("Equals", node.kind, "true")], sides[True], sides[False])
        elif node.kind == "fail":
            made = fail(name, "as told")
        else:
            made = processing(
                name, SECONDS="0.002", **({"FAIL": "AlgorithmError: as told"} if node.kind == "bad" else {})
            )
        return {**made, "DependsOn": [f"S{need}" for need in sorted(node.needs)]}

    return definition(*(step(node) for node in nodes if node.branch is None))


def oracle(nodes: list[Node]) -> dict[str, str]:
    """How every step ends that may start, if nothing is cut short: neither by a stop nor by a Fail step."""
    ends: dict[int, str] = {}
    for node in nodes:  # needs come before those who need
        needs_met = all(ends.get(need) == "Succeeded" for need in node.needs)
        if node.branch is not None:
            gate, side = node.branch
            needs_met &= ends.get(gate) == "Succeeded" and (nodes[gate].kind == "true") is side
        if needs_met:
            ends[node.number] = "Failed" if node.kind in ("bad", "fail") else "Succeeded"
    return {f"S{number}": end for number, end in ends.items()}


def is_cut_short(seen: dict[str, str], full: dict[str, str], nodes: list[Node]) -> bool:
    """Whether what was seen is a beginning of the full run: nothing else, and nothing before what it needs."""
    needs = {f"S{node.number}": {f"S{need}" for need in node.needs} for node in nodes}
    return all(
        status in (full.get(name), "Stopped") and all(seen.get(need) == "Succeeded" for need in needs[name])
        for name, status in seen.items()
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nodes=graphs(), most=st.integers(1, 4))
def test_random_graphs_end_as_the_oracle_says(pipelines, nodes, most):
    execution = pipelines.run(written(nodes), ParallelismConfiguration={"MaxParallelExecutionSteps": most})
    full, seen = oracle(nodes), execution.statuses
    if any(node.kind == "fail" and full.get(f"S{node.number}") for node in nodes):
        assert is_cut_short(seen, full, nodes)
        assert "Stopped" not in seen.values()
        assert execution.status == "Failed"
    else:
        assert seen == full
        assert execution.status == ("Failed" if "Failed" in full.values() else "Succeeded")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nodes=graphs(), moment=st.floats(0, 0.02))
def test_random_stops_end_in_a_beginning_of_the_full_run(pipelines, sagemaker, nodes, moment):
    execution = pipelines.start(pipelines.create(written(nodes)))
    time.sleep(moment)
    try:
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    except sagemaker.exceptions.ClientError as refused:
        assert "cannot be stopped" in str(refused)  # noqa: PT017 - it may have ended already
    execution.wait()
    assert execution.status in ("Stopped", "Failed", "Succeeded")
    assert is_cut_short(execution.statuses, oracle(nodes), nodes)
    assert all(status in ("Succeeded", "Failed", "Stopped") for status in execution.statuses.values())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nodes=graphs())
def test_random_graphs_retried_end_as_before(pipelines, sagemaker, nodes):
    execution = pipelines.run(written(nodes))
    if execution.status != "Failed":
        return
    before = execution.statuses
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="r" * 32)
    after = execution.wait().statuses
    assert execution.status == "Failed"
    assert {name for name, status in before.items() if status == "Succeeded"} <= after.keys()
    assert is_cut_short(after, oracle(nodes), nodes)
