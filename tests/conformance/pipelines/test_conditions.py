"""docs/contracts.md, section 6: a list of conditions is AND; every operator; Or and Not nested; branches."""

from __future__ import annotations

import pytest

from tests.conformance.stand_ins import compare, condition, definition, depends_on, get, processing

TRUE, FALSE = compare("Equals", 1, 1), compare("Equals", 1, 2)


def outcome_of(pipelines, conditions) -> str:
    gate = condition("Gate", conditions, [processing("Then")], [processing("Otherwise")])
    execution = pipelines.run(definition(gate))
    outcome = execution.steps["Gate"]["Metadata"]["Condition"]["Outcome"]
    assert set(execution.steps) == {"Gate", "Then" if outcome == "True" else "Otherwise"}
    return outcome


@pytest.mark.parametrize(
    ("kind", "left", "right", "holds"),
    [
        ("Equals", "a", "a", True),
        ("Equals", "a", "b", False),
        ("Equals", 1, 1.0, True),
        ("Equals", "2.5", 2.5, True),
        ("Equals", True, "true", True),
        ("Equals", "False", False, True),
        ("Equals", True, "false", False),
        ("GreaterThan", 2, 1, True),
        ("GreaterThan", 1, 1, False),
        ("GreaterThanOrEqualTo", 1, 1, True),
        ("GreaterThanOrEqualTo", 0.5, 1, False),
        ("LessThan", 1, 2, True),
        ("LessThan", 2, 2, False),
        ("LessThanOrEqualTo", 2, 2, True),
        ("LessThanOrEqualTo", "a", "b", True),
    ],
)
def test_comparisons(pipelines, kind, left, right, holds):
    assert outcome_of(pipelines, [compare(kind, left, right)]) == str(holds)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ([TRUE, TRUE], True),
        ([TRUE, FALSE], False),
        ([{"Type": "Or", "Conditions": [FALSE, TRUE]}], True),
        ([{"Type": "Or", "Conditions": [FALSE, FALSE]}], False),
        ([{"Type": "Not", "Condition": FALSE}], True),
        ([{"Type": "In", "QueryValue": "a", "Values": ["b", "a"]}], True),
        ([{"Type": "In", "QueryValue": "c", "Values": ["b", "a"]}], False),
        (
            [{"Type": "Not", "Condition": {"Type": "Or", "Conditions": [FALSE, {"Type": "Not", "Condition": TRUE}]}}],
            True,
        ),
        ([TRUE, {"Type": "Or", "Conditions": [{"Type": "Not", "Condition": TRUE}, FALSE]}], False),
    ],
)
def test_and_or_not_and_in(pipelines, conditions, holds):
    assert outcome_of(pipelines, conditions) == str(holds)


def test_incomparable_values_fail_the_step(pipelines):
    execution = pipelines.run(definition(condition("Gate", [compare("LessThan", "a", 1)], [])))
    assert execution.statuses == {"Gate": "Failed"}
    assert "LessThan cannot compare 'a' with 1" in execution.steps["Gate"]["FailureReason"]


def test_other_branch_is_not_listed(pipelines):
    gate = condition("Gate", [TRUE], [processing("Then")], [processing("Otherwise")])
    execution = pipelines.run(definition(gate))
    assert execution.status == "Succeeded"
    assert list(execution.steps) == ["Gate", "Then"]


def test_dependent_of_other_branch_never_starts(pipelines):
    gate = condition("Gate", [TRUE], [processing("Then")], [processing("Otherwise")])
    execution = pipelines.run(definition(gate, processing("After", more=depends_on("Otherwise"))))
    assert execution.status == "Succeeded"
    assert "After" not in execution.steps


def test_dependent_of_condition_always_runs(pipelines):
    gate = condition("Gate", [FALSE], [processing("Then")])
    execution = pipelines.run(definition(gate, processing("After", more=depends_on("Gate"))))
    assert execution.statuses == {"Gate": "Succeeded", "After": "Succeeded"}


def test_conditions_stand_inside_branches_too(pipelines):
    inner = condition("Inner", [compare("Equals", get("Steps.Outer.Outcome"), "True")], [processing("Deep")])
    execution = pipelines.run(definition(condition("Outer", [TRUE], [processing("Beside"), inner])))
    assert execution.statuses == dict.fromkeys(("Outer", "Beside", "Inner", "Deep"), "Succeeded")


def test_condition_waits_for_its_values(pipelines):
    gate = condition("Gate", [compare("Equals", get("Steps.First.ProcessingJobStatus"), "Completed")], [])
    assert outcome_names(pipelines.run(definition(gate, processing("First")))) == {"First": None, "Gate": "True"}


def outcome_names(execution):
    return {name: step["Metadata"].get("Condition", {}).get("Outcome") for name, step in execution.steps.items()}
