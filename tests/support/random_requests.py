"""Random requests to every operation of the local SageMaker, from botocore's model of the API.

Most members fit their shapes; the others are of another type, too large, too deep, or known to have broken a service:
``python -m tests.support.random_requests [COUNT] [SEED]`` sends them to a service of its own, and prints the failures.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.api.operations import MOTO_OPERATIONS, OPERATIONS
from local_sagemaker.api.service import Service
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.lifetime import open_service
from tests.conformance.stand_ins import IMAGE, ROLE, StandIns, definition, processing
from tests.support.signing import send, signed

NAMES = ("a", "b", "pipeline", "a-b", "A", "0")
NOUNS = ("pipeline", "model", "endpoint", "endpoint-config", "training-job", "processing-job", "transform-job", "x")
ARNS = tuple(f"arn:aws:sagemaker:us-east-1:123456789012:{noun}/{name}" for noun in NOUNS for name in NAMES)
EXECUTION = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/a/execution/abcdefghijkl"
TEXTS = (*NAMES, *ARNS, EXECUTION, ROLE, IMAGE, "s3://bucket/data", "s3://bucket", "s3://[", "/opt/ml/x", "1", "None")
TEXTS += (
    "",
    " ",
    "\0",
    "é",
    "\U0001f6b2",
    "../..",
    "x" * 70,
    "x" * 3000,
    "{}",
    "[" * 600,
    "%s",
    "2026-11-30T00:00:00Z",
)
DEFINITIONS = (definition(), definition(processing("A")), "{}", '{"Steps": {}}', "[" * 600 + "]" * 600, "null", "1")
NUMBERS: tuple[Any, ...] = (0, 1, -1, 2, 100, 2**31, 2**63, 10**30, 0.5, 1e308, 1.7e9)
WRONG: tuple[Any, ...] = (None, True, 0, -1.5, "x", [], {}, [[]], {"x": {}}, "2026-11-30T00:00:00Z")
BODIES = (
    b"", b"{", b"[]", b"null", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b'{"NameContains": "\\ud800"}',
    b'{"x":' * 500 + b"1" + b"}" * 500, b"[" * 100_000, b'{"MaxResults": ' + b"9" * 5000 + b"}",
)  # fmt: skip


class Requests:
    """Requests in the order of a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self) -> tuple[str, bytes]:
        """An operation and the body of a request to it."""
        operation = self._random.choice(sorted({*OPERATIONS, *MOTO_OPERATIONS}))
        if self._random.random() < 0.05:
            return operation, self._random.choice(BODIES)
        shape = service_model().operation_model(operation).input_shape
        return operation, json.dumps({} if shape is None else self._value(shape, 0)).encode()

    def _value(self, shape: Shape, depth: int, name: str = "") -> Any:
        chance = self._random
        if chance.random() < 0.02:
            return chance.choice(WRONG)
        if isinstance(shape, StructureShape):
            optional = 0.4 / (depth + 1)
            return {
                member: self._value(inner, depth + 1, member)
                for member, inner in shape.members.items()
                if chance.random() < (0.97 if member in shape.required_members else optional)
            }
        if isinstance(shape, ListShape):
            return [self._value(shape.member, depth + 1, name) for _ in range(chance.choice((0, 1, 1, 2)))]
        if isinstance(shape, MapShape):
            return {chance.choice(TEXTS): self._value(shape.value, depth + 1) for _ in range(chance.choice((0, 1, 2)))}
        if shape.type_name == "boolean":
            return chance.random() < 0.5
        if shape.type_name != "string":
            return chance.choice((1, 1, 1, *NUMBERS))
        if name == "PipelineDefinition":
            return chance.choice(DEFINITIONS)
        enum = shape.metadata.get("enum")
        if enum and chance.random() < 0.9:
            return chance.choice(enum)
        if chance.random() < 0.3:
            return chance.choice(TEXTS)
        return chance.choice(self._likely(name))

    @staticmethod
    def _likely(name: str) -> tuple[str, ...]:
        if name.endswith("Arn"):
            return (ROLE, EXECUTION) if name in ("RoleArn", "PipelineExecutionArn") else ARNS
        if "Uri" in name or "Path" in name or name.endswith("Url"):
            return ("s3://bucket/data", "s3://bucket/out", "/opt/ml/processing/x")
        return (IMAGE,) if "Image" in name else NAMES


def failures(service: Service, count: int, seed: int) -> Iterator[str]:
    """The responses that report a defect of the service, to a number of requests."""
    requests = Requests(seed)
    for _ in range(count):
        operation, body = requests.one()
        status, answer = send(signed(service, body=body, headers={"X-Amz-Target": f"SageMaker.{operation}"}))
        if status >= 500 or b"InternalFailure" in answer:
            yield f"{operation} {body[:300]!r}: {status} {answer[:300]!r}"


def main(count: str = "10000", seed: str = "0") -> int:
    """Send the requests; returns 1 if one of them failed."""
    found = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        open_service(Path(folder, "state"), runners=StandIns().runners) as service,
    ):
        assert isinstance(service, Service)
        service.core.objects.create_bucket("bucket")
        for failure in failures(service, int(count), int(seed)):
            found += 1
            sys.stdout.write(f"{failure}\n")
    sys.stdout.write(f"{count} requests with seed {seed}: {found} InternalFailures\n")
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
