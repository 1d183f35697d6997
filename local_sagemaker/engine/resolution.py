"""The values behind the expressions of one execution: its variables, and the properties and files of its steps."""

import json
from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ExpressionError, LocalServiceError
from local_sagemaker.core.names import last_part
from local_sagemaker.core.store import Record
from local_sagemaker.definition.expressions import Scope, timestamp
from local_sagemaker.definition.numbers import refuse_constant
from local_sagemaker.definition.parse import Definition
from local_sagemaker.engine import records
from local_sagemaker.engine.start_step import Launch


def scope_of(core: Core, execution: Record, definition: Definition, launch: Launch) -> Scope:
    """The scope in which the expressions of an execution are resolved."""
    arn = execution["PipelineExecutionArn"]

    def properties_of(name: str) -> Mapping[str, Any]:
        record = records.step(core.store, arn, name)
        if record is None:
            raise ExpressionError(f"the step {name} has not run")
        if "Outputs" in record:
            return {"OutputParameters": record["Outputs"]}
        return {"Outcome": record["Outcome"]} if "Outcome" in record else launch.properties(record)

    def property_file(step: str, name: str) -> Any:
        file = definition.steps[step].property_files[name]
        for output in properties_of(step).get("ProcessingOutputConfig", {}).get("Outputs", []):
            if output["OutputName"] == file["OutputName"]:
                return _read_json(core, f"{output['S3Output']['S3Uri'].rstrip('/')}/{file['FilePath']}")
        raise ExpressionError(f"the step {step} has no output {file['OutputName']} for its property file {name}")

    return Scope(
        parameters=execution["Parameters"],
        execution={
            "PipelineExecutionId": last_part(arn),
            "PipelineExecutionArn": arn,
            "PipelineName": execution["PipelineName"],
            "PipelineArn": execution["PipelineArn"],
            "StartDateTime": timestamp(execution["StartTime"]),
        },
        step_properties=properties_of,
        property_file=property_file,
        read_json=lambda uri: _read_json(core, uri),
    )


def _read_json(core: Core, uri: str) -> Any:
    try:
        return json.loads(core.objects.read(uri), parse_constant=refuse_constant)
    except LocalServiceError as error:
        raise ExpressionError(f"the JSON file {uri} cannot be read: {error}") from error
    except ValueError as error:
        raise ExpressionError(f"the file {uri} is not JSON: {error}") from error
