"""The steps as a Prefect flow: a task per step; several at once by threads, since each waits for a process.

A task's result is kept by its source and inputs. The server is that of ``PREFECT_API_URL``.
"""

import steps
from prefect import flow, task
from prefect.cache_policies import INPUTS, TASK_SOURCE
from prefect.task_runners import ThreadPoolTaskRunner


@task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)
def run_step(name: str, needed: list[str]) -> str:
    return steps.run(name)


@flow
def one_after_another(work: steps.Work) -> None:
    results: dict[str, str] = {}
    for step in work.steps:
        results[step.name] = run_step(step.name, [results[need] for need in step.needs])


@flow
def several_at_once(work: steps.Work) -> None:
    futures = {}
    for step in work.steps:
        futures[step.name] = run_step.submit(step.name, [futures[need] for need in step.needs])
    for future in futures.values():
        future.result()


def main() -> None:
    work = steps.read()
    if work.parallel == 1:
        one_after_another(work)
    else:
        several_at_once.with_options(task_runner=ThreadPoolTaskRunner(max_workers=work.parallel))(work)


if __name__ == "__main__":
    main()
