"""The steps as a Kedro pipeline: a node per step, whose output is a data set of the catalog.

``python with_kedro.py [--only-missing-outputs]``; several at once by ``ParallelRunner``, else by ``SequentialRunner``.
"""

import sys
from functools import partial

import steps
from kedro.io import SharedMemoryDataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import ParallelRunner, SequentialRunner


def run_step(name: str, *needed: str) -> str:
    return steps.run(name)


def main() -> None:
    work = steps.read()
    catalog = SharedMemoryDataCatalog.from_config(
        {step.name: {"type": "json.JSONDataset", "filepath": f"kedro/{step.name}.json"} for step in work.steps}
    )
    nodes = [
        Node(partial(run_step, step.name), inputs=list(step.needs), outputs=step.name, name=step.name)
        for step in work.steps
    ]
    runner = ParallelRunner(max_workers=work.parallel) if work.parallel > 1 else SequentialRunner()
    runner.run(Pipeline(nodes), catalog, only_missing_outputs="--only-missing-outputs" in sys.argv)


if __name__ == "__main__":
    main()
