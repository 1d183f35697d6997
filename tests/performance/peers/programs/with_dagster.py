"""The steps as Dagster assets, and a job that makes all of them.

Several at once by ``multiprocess_executor`` with its fork server, else by ``in_process_executor``.
"""

import dagster
import steps


def _asset(step: steps.Step) -> dagster.AssetsDefinition:
    @dagster.asset(name=step.name, deps=list(step.needs), code_version="1")
    def made() -> None:
        steps.run(step.name)

    return made


WORK = steps.read()
several_at_once = dagster.multiprocess_executor.configured(
    {"max_concurrent": WORK.parallel, "start_method": {"forkserver": {}}}
)
every_step = dagster.define_asset_job(
    "every_step", executor_def=several_at_once if WORK.parallel > 1 else dagster.in_process_executor
)
definitions = dagster.Definitions(assets=[_asset(step) for step in WORK.steps], jobs=[every_step])
