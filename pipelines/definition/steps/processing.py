"""Processing steps, which run a module of an uploaded code bundle in an image."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.definition.steps.context import Context

ROOT = "/opt/ml/processing"
INPUT = f"{ROOT}/input"
OUTPUT = f"{ROOT}/output"
MESSAGE = "/opt/ml/output/message"
RESOURCES = "/opt/ml/config/resourceconfig.json"
CODE = f"{INPUT}/code"
WHEELS = "wheels"
PIP_WITHOUT_INDEX = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{INPUT}/{WHEELS}"}


def path_arguments(output: str = OUTPUT) -> list[str]:
    """Return the arguments with the paths of a script.

    A local container without a mount namespace has another folder as its ``/opt/ml``. There, paths in arguments are
    replaced; paths in the code of a script cannot be.
    """
    return ["--input", INPUT, "--output", output, "--message", MESSAGE]


def processing_step(  # noqa: PLR0913 - keywords only
    context: Context,
    *,
    name: str,
    display_name: str,
    description: str,
    image: str,
    module: str,
    arguments: Sequence[Any],
    inputs: Mapping[str, Any],
    outputs: Mapping[str, str],
    property_files: Sequence[Any] = (),
    environment: Mapping[str, Any] | None = None,
    instances: int = 1,
) -> Any:
    """Run ``python3 -m module`` in an image.

    Parameters
    ----------
    inputs
        Folder below ``/opt/ml/processing/input`` -> S3 URI. With a folder named ``wheels``, pip installs from that
        folder only.
    environment
        Environment variables besides ours.
    outputs
        Output name -> folder below ``/opt/ml/processing/output``; uploaded below the execution's own prefix.
    """
    from sagemaker.core.network import NetworkConfig
    from sagemaker.core.processing import Processor
    from sagemaker.core.workflow.properties import PropertyFile  # noqa: F401 - the type of property_files
    from sagemaker.mlops.workflow.steps import ProcessingStep

    vpc = context.settings.vpc
    bundle = module.split(".", maxsplit=1)[0]
    processor = Processor(
        role=context.locations.role,
        image_uri=image,
        instance_count=instances,
        instance_type=context.parameters.processing_instance_type,
        entrypoint=["python3", "-m", module],
        max_runtime_in_seconds=3600,
        env={"PYTHONPATH": CODE, **(PIP_WITHOUT_INDEX if WHEELS in inputs else {}), **(environment or {})},
        network_config=NetworkConfig(security_group_ids=vpc["SecurityGroupIds"], subnets=vpc["Subnets"])
        if vpc
        else None,
        sagemaker_session=context.session,
        tags=context.tags,
    )
    request = processor.run(
        inputs=[_input("code", context.locations.code[bundle]), *[_input(*item) for item in inputs.items()]],
        outputs=[_output(output, folder, context.execution_uri(name, output)) for output, folder in outputs.items()],
        arguments=list(arguments),
    )
    return ProcessingStep(
        name=name,
        display_name=display_name,
        description=description,
        step_args=request,
        property_files=list(property_files),
        cache_config=context.cache(),
        retry_policies=context.job_retries(),
    )


def output_uri(step: Any, output: str) -> Any:
    """Refer to the S3 URI of an output of a processing step."""
    return step.properties.ProcessingOutputConfig.Outputs[output].S3Output.S3Uri


def _input(folder: str, uri: Any) -> Any:
    from sagemaker.core.shapes import ProcessingInput, ProcessingS3Input

    return ProcessingInput(
        input_name=folder.replace("/", "-"),
        s3_input=ProcessingS3Input(
            s3_uri=uri, local_path=f"{INPUT}/{folder}", s3_data_type="S3Prefix", s3_input_mode="File"
        ),
    )


def _output(name: str, folder: str, uri: Any) -> Any:
    from sagemaker.core.shapes import ProcessingOutput, ProcessingS3Output

    return ProcessingOutput(
        output_name=name,
        s3_output=ProcessingS3Output(s3_uri=uri, local_path=f"{OUTPUT}/{folder}", s3_upload_mode="EndOfJob"),
    )
