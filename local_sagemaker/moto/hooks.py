"""What moto is told, or has put right, before it answers for a service: one entry per service."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from local_sagemaker.core.service import ROLE_NAME
from local_sagemaker.endpoints import scaling
from local_sagemaker.moto import event_targets
from local_sagemaker.moto.cloudformation import resources, stacks
from local_sagemaker.moto.cloudwatch import TrainingMetrics
from local_sagemaker.moto.dispatch import AwsServices, Environ, whole_body
from local_sagemaker.moto.iam import ExecutionRole

if TYPE_CHECKING:
    from local_sagemaker.core.service import Service


def lend_a_hand(service: Service, to: AwsServices) -> None:
    """Have each of AWS's other services know what it has to know of this one."""
    account_id, region = service.account_id, service.region
    metrics = TrainingMetrics(service.store, service.logs, account_id, region)
    role = ExecutionRole(account_id, region, ROLE_NAME)

    def before_stacks(environ: Environ) -> None:
        event_targets.serve(service)
        resources.serve(service)
        stacks.prepare(account_id, region, parse_qs(whole_body(environ).decode()))

    to.before("logs", lambda _environ: service.logs.show())
    to.before("monitoring", lambda _environ: metrics.show())
    to.before("iam", lambda _environ: role.make())
    to.before("sts", lambda _environ: role.make())
    to.before("events", lambda environ: event_targets.prepare(service, environ))
    to.before("cloudformation", before_stacks)
    to.wrap(scaling.SERVICE, lambda moto: scaling.Scaling(moto, service.store))
