"""The code that runs before moto answers for a service, or around it: one entry per service."""

from collections.abc import Callable
from urllib.parse import parse_qs

from local_sagemaker.core.access import ROLE_NAME
from local_sagemaker.core.core import Call, Core
from local_sagemaker.moto import event_targets, functions, scaling
from local_sagemaker.moto.cloudformation import resources, stacks
from local_sagemaker.moto.cloudwatch import TrainingMetrics
from local_sagemaker.moto.cloudwatch_logs import JobLogs
from local_sagemaker.moto.dispatch import AwsServices, whole_body
from local_sagemaker.moto.iam import ExecutionRole
from local_sagemaker.moto.s3.downloads import Application, Environ
from local_sagemaker.moto.s3.objects import Objects
from local_sagemaker.moto.schedules import service as schedules
from local_sagemaker.moto.schedules.starter import Starter


def aws_services(core: Core, objects: Objects, call: Call, starter: Starter) -> AwsServices:
    """Every AWS service but SageMaker, connected to SageMaker's records, logs and operations."""
    from moto.core.config import default_user_config

    # AWS's managed policies, which roles can be given: moto reads them only on request, for they take 0.1 s.
    default_user_config["iam"] = {"load_aws_managed_policies": True}
    account_id, region = core.account_id, core.region
    logs, metrics = JobLogs(core), TrainingMetrics(core)
    role = ExecutionRole(account_id, region, ROLE_NAME)

    def before_stacks(environ: Environ) -> None:
        event_targets.serve(core, call)
        resources.serve(core, call)
        stacks.prepare(account_id, region, parse_qs(whole_body(environ).decode()))

    def before_functions(_environ: Environ) -> None:
        role.make()
        functions.serve(core)

    before = {
        "logs": logs.show,
        "monitoring": lambda _environ: metrics.show(),
        "iam": lambda _environ: role.make(),
        "sts": lambda _environ: role.make(),
        "events": lambda environ: event_targets.prepare(core, call, environ),
        "lambda": before_functions,
        "cloudformation": before_stacks,
    }
    around: dict[str, Callable[[Application], Application]] = {
        scaling.SERVICE: lambda moto: scaling.Scaling(moto, core.store),
        schedules.SERVICE: lambda moto: schedules.Schedules(moto, core, starter),
    }
    return AwsServices(objects, before, around)
