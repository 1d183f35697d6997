"""The list of supported operations, steps and images, generated from the code for the documentation."""

from collections.abc import Iterable, Sequence

from local_sagemaker.api import operations
from local_sagemaker.containers.images import STAND_INS
from local_sagemaker.definition import unsupported
from local_sagemaker.definition.conditions import MEMBERS
from local_sagemaker.definition.expressions import EXECUTION_VARIABLES, EXPRESSIONS
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS
from local_sagemaker.moto.cloudformation.resources import KINDS as STACK_KINDS


def as_markdown() -> str:
    """The tables of operations, steps and expressions."""
    served = operations.OPERATIONS | operations.MOTO_OPERATIONS
    resources = {name: _code(names) for name, names in operations.BY_RESOURCE.items()} | {
        "experiments (those of executions and jobs; others last until the service ends)": _code(
            sorted(operations.MOTO_OPERATIONS)
        ),
        "runtime": "`InvokeEndpoint`, `InvokeEndpointWithResponseStream`",
    }
    refused = {f"`{operation}`": _code(members) for operation, members in unsupported.UNSUPPORTED.items()}
    actions = {name: f"`{kind.create}`" for name, kind in API_STEPS.items()} | {
        "Callback": "sends an SQS message, and waits for `SendPipelineExecutionStepSuccess` or "
        "`SendPipelineExecutionStepFailure`",
        "Lambda": "runs the Python handler of a function in the local Lambda",
        "Condition": f"{_code(MEMBERS)}, nested to any depth",
        "Fail": "ends the execution with its message",
    }
    images = (
        (f"`{each.repository}`".replace("|", "\\|"), each.title, _mark(each.training), _mark(each.serving))
        for each in STAND_INS
    )
    return f"""### Operations of the SageMaker API

{_table(("resource", "operations"), resources.items())}

The other {len(set(service_model().operation_names) - served)} operations return a `ValidationException` that names \
the operation.

A request with one of these members is refused by name, unless its value is one of \
{_code(unsupported.DEFAULT_BEHAVIOR)}:

{_table(("operation", "members"), refused.items())}

moto provides every other AWS service. The state directory keeps the objects and buckets of S3, the logs of jobs, the \
targets and policies of Application Auto Scaling, and the schedules of EventBridge Scheduler. Everything else in moto \
(roles, rules, queues, ...) lasts until the service ends.

Schedules of EventBridge Scheduler (`rate`, `cron` and `at`, with time zone, state, start and end) start pipelines, or \
call any supported operation of the SageMaker API. Other targets are refused.

CloudFormation stacks support these SageMaker resources: {_code(STACK_KINDS)}. A stack with any other SageMaker \
resource is refused.

### Steps of a pipeline

{_table(("type", "action"), actions.items())}

An execution of a pipeline with one of these steps is refused before anything runs: \
{_code(name for name in KNOWN_STEPS if name not in SUPPORTED_STEPS)}.
The same holds for a step with an unsupported member (see the table above) or an image that has no stand-in; for \
processing without a `ContainerEntrypoint`; for a function of another runtime than `python3.*`; and for \
training with several `InstanceGroups` or with checkpoints outside `/opt/ml`. The error names each reason.

Expressions, in any argument: {_code(EXPRESSIONS)}. Execution variables: {_code(EXECUTION_VARIABLES)}.

### Images

{_table(("repository (a regular expression)", "stand-in", "trains", "serves"), images)}
"""


def _table(columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    head, *body = (f"| {' | '.join(cells)} |" for cells in (columns, *rows))
    return "\n".join([head, f"|{'---|' * len(columns)}", *body])


def _mark(stand_in: str | None) -> str:
    return "yes" if stand_in else "no"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
