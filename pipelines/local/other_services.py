"""What moto is told, or has put right, before it answers for a service: one entry per service."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from pipelines.local import event_targets, scaling, stack_resources, stacks
from pipelines.local.aws_services import AwsServices, Environ, whole_body
from pipelines.local.execution_role import ExecutionRole
from pipelines.local.service import ROLE_NAME
from pipelines.local.training_metrics import TrainingMetrics

if TYPE_CHECKING:
    from pipelines.local.service import Service


def lend_a_hand(service: Service, to: AwsServices) -> None:
    """Have each of AWS's other services know what it has to know of this one."""
    account_id, region = service.account_id, service.region
    metrics = TrainingMetrics(service.store, service.logs, account_id, region)
    role = ExecutionRole(account_id, region, ROLE_NAME)

    def before_stacks(environ: Environ) -> None:
        event_targets.serve(service)
        stack_resources.serve(service)
        stacks.prepare(account_id, region, parse_qs(whole_body(environ).decode()))

    to.before("logs", lambda _environ: service.logs.show())
    to.before("monitoring", lambda _environ: metrics.show())
    to.before("iam", lambda _environ: role.make())
    to.before("sts", lambda _environ: role.make())
    to.before("events", lambda environ: event_targets.prepare(service, environ))
    to.before("cloudformation", before_stacks)
    to.wrap(scaling.SERVICE, lambda moto: scaling.Scaling(moto, service.store))
