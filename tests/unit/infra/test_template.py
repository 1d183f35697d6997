"""The CloudFormation template: lint-clean, and with the very policy that the file beside it states."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

INFRA = Path(__file__).parents[3] / "infra"


class Template(yaml.SafeLoader):
    """Reads ``!Sub x`` and its like as plain ``x``."""


Template.add_multi_constructor("!", lambda loader, _tag, node: loader.construct_scalar(node))


def policy_of_the_template() -> dict[str, Any]:
    template = yaml.load((INFRA / "template.yaml").read_text(), Template)
    return template["Resources"]["ExecutionRolePolicy"]["Properties"]["PolicyDocument"]


def normal(policy: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    text = json.dumps(policy)
    for name, value in names.items():
        text = text.replace("${" + name + "}", value)
    statements = json.loads(text)["Statement"]
    for statement in statements:
        for key in ("Action", "Resource"):
            value = statement[key]
            statement[key] = sorted([value] if isinstance(value, str) else value)
    return statements


def test_the_template_grants_what_the_policy_file_states() -> None:
    stated = json.loads((INFRA / "execution-role-policy.json").read_text())
    names = {"Region": "r", "Account": "a", "RoleArn": "role"}
    in_template = {"AWS::Region": "r", "AWS::AccountId": "a", "ExecutionRole.Arn": "role"}
    assert normal(policy_of_the_template(), in_template) == normal(stated, names)


def test_no_action_is_a_wildcard_and_only_calls_without_resources_have_all_of_them() -> None:
    for statement in policy_of_the_template()["Statement"]:
        assert not any("*" in action for action in statement["Action"])
        assert ("*" in statement["Resource"]) == (statement["Sid"] == "CallsThatKnowNoResource")


def test_the_template_is_lint_clean() -> None:
    command = Path(sys.executable).with_name("cfn-lint")
    lint = subprocess.run([command, INFRA / "template.yaml"], capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, "")
