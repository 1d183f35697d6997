"""The workflow from Python, for notebooks and programs: the same pipeline, models and endpoints as the commands use.

Tables are pandas data frames. Everything works the same locally and on AWS.

Examples
--------
>>> with Workflow(task="regression", algorithms=("xgboost",)) as workflow:  # doctest: +SKIP
...     workflow.upsert()
...     execution = workflow.start().wait()
...     print(execution.metrics())
...     with workflow.endpoint(approve=True) as endpoint:
...         print(endpoint.predict(workflow.load_data().tail(200)))
"""

from pipelines.api.execution import Execution
from pipelines.api.served_model import ServedModel
from pipelines.api.workflow import Workflow

__all__ = ["Execution", "ServedModel", "Workflow"]
