"""The runtime's REST interface: InvokeEndpoint, with and without a response stream."""

import json
from collections.abc import Mapping

from local_sagemaker.api import endpoints
from local_sagemaker.api.wire_format import HttpAnswer
from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ApiError, ModelError, ValidationException
from local_sagemaker.core.names import partition_of
from local_sagemaker.definition.shapes import Violation, message_of, problems, service_model
from local_sagemaker.endpoints import event_stream
from local_sagemaker.endpoints.capture import capture
from local_sagemaker.endpoints.servers import LOG_GROUP, Endpoints

_WHOLE, _STREAM = "invocations", "invocations-response-stream"
_SERVED = (_WHOLE, _STREAM)
_STREAM_ACCEPT = "x-amzn-sagemaker-accept"
_TARGET_VARIANT = "x-amzn-sagemaker-target-variant"
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
_CONTAINER_HEADERS = (_CUSTOM_ATTRIBUTES, "x-amzn-sagemaker-inference-id")
_REFUSED_HEADERS = {
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations",
    "x-amzn-sagemaker-inference-component": "InferenceComponentName",
    "x-amzn-sagemaker-session-id": "SessionId",
}
LONGEST_BODY = 25 * 1024 * 1024
"""The maximum size of a request to a real-time endpoint, in bytes."""


class _NotInvocable(ApiError):
    """An invalid request, under the runtime's own error code."""

    code = "ValidationError"


class _TooLarge(ApiError):
    """A body over the limit, as SageMaker's HTTP front end refuses it."""

    code = "413"
    status = 413


def invoke(core: Core, servers: Endpoints, kind: str, name: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Handle one request to the runtime; ``kind`` is the last part of its path.

    Raises ApiError if the request is not supported, or see ``invoke_endpoint``.
    """
    if kind not in _SERVED:
        raise _NotInvocable(f"{kind} is not supported by the local SageMaker.")
    for header, member in _REFUSED_HEADERS.items():
        if headers.get(header):
            raise _NotInvocable(f"{member} is not supported by the local SageMaker.")
    _check_headers(name, headers)
    if len(body) > LONGEST_BODY:
        raise _TooLarge(f"HTTP content length exceeded {LONGEST_BODY} bytes.")
    answer = invoke_endpoint(core, servers, name, _as_whole(headers), body)
    return answer if kind == _WHOLE else _as_stream(answer)


def _check_headers(name: str, headers: Mapping[str, str]) -> None:
    shape = service_model("sagemaker-runtime").operation_model("InvokeEndpoint").input_shape
    located = {member: each.serialization.get("name", "").lower() for member, each in shape.members.items()}
    given = {member: headers[header] for member, header in located.items() if header in headers}
    # The values are not quoted: the model marks them as sensitive, and they are long.
    found = [problem._replace(value="***") for problem in problems(shape, {"EndpointName": name, "Body": "", **given})
             if isinstance(problem, Violation)]  # fmt: skip
    if found:
        raise _NotInvocable(message_of(found))


def _as_whole(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a streaming request, converted to those of an ordinary one."""
    accept = headers.get(_STREAM_ACCEPT)
    return {**headers, "accept": accept} if accept else headers


def _as_stream(answer: HttpAnswer) -> HttpAnswer:
    """A container's response as a stream, which starts when the response is complete."""
    headers = {
        **answer.headers,
        "Content-Type": event_stream.CONTENT_TYPE,
        "X-Amzn-SageMaker-Content-Type": answer.headers["Content-Type"],
    }
    return HttpAnswer(answer.status, event_stream.in_parts(answer.body), headers)


def invoke_endpoint(core: Core, servers: Endpoints, name: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Send a request to the container behind an endpoint; returns its response.

    Raises ModelError if the container returned an error; ApiError if the endpoint does not exist or is not in service.
    """
    endpoint = core.store.get(endpoints.ENDPOINT, name)
    if endpoint is None:
        raise _NotInvocable(f"Endpoint {name} of account {core.account_id} not found.")
    if endpoint["EndpointStatus"] not in ("InService", "Updating") or "Variants" not in endpoint:
        raise _NotInvocable(f"Endpoint {name} of account {core.account_id} is {endpoint['EndpointStatus']}.")
    passed_on = {key: headers[key] for key in ("content-type", "accept", *_CONTAINER_HEADERS) if key in headers}
    try:
        invocation = servers.invoke(endpoint, body, passed_on, headers.get(_TARGET_VARIANT))
    except ValidationException as error:
        raise _NotInvocable(str(error)) from error
    answer = invocation.answer
    if answer.status >= 400:
        raise _model_error(core, name, answer.status, answer.body.decode(errors="replace"))
    capture(core, endpoint, headers, body, invocation)
    out = {"Content-Type": answer.content_type, "x-Amzn-Invoked-Production-Variant": invocation.variant}
    if _CUSTOM_ATTRIBUTES in answer.headers:
        out["X-Amzn-SageMaker-Custom-Attributes"] = answer.headers[_CUSTOM_ATTRIBUTES]
    return HttpAnswer(200, answer.body, out)


def _model_error(core: Core, endpoint: str, status: int, text: str) -> ModelError:
    whose = "client" if status < 500 else "server"
    group = f"{LOG_GROUP}/{endpoint}"
    return ModelError(
        f'Received {whose} error ({status}) from primary with message "{text}". See the log group {group} '
        f"in account {core.account_id} for more information.",
        original_status=status,
        original_message=text,
        log_stream=f"arn:{partition_of(core.region)}:logs:{core.region}:{core.account_id}:log-group:{group}",
    )


def model_error(error: ModelError) -> HttpAnswer:
    """The response that reports a container's error to the runtime's client."""
    document = {
        "Message": str(error),
        "OriginalStatusCode": error.original_status,
        "OriginalMessage": error.original_message,
        "LogStreamArn": error.log_stream,
    }
    headers = {"Content-Type": "application/json", "x-amzn-errortype": error.code}
    return HttpAnswer(error.status, json.dumps(document).encode(), headers)
