"""Messages of pipelines to the queues of moto's SQS."""

import threading
import uuid

from local_sagemaker.core.core import Core
from local_sagemaker.core.errors import ExpressionError


def send(core: Core, url: str, body: str) -> None:
    """Send a message to a queue, by the queue's local URL or by the one that it has on AWS.

    Raises ExpressionError if there is no such queue, or it does not accept the message.
    """
    from moto.core.exceptions import ServiceException
    from moto.sqs.exceptions import QueueDoesNotExist
    from moto.sqs.models import sqs_backends

    backend = sqs_backends[core.account_id][core.region]
    name = url.rsplit("/", 1)[-1]
    try:
        queue = backend.get_queue(name)
    except QueueDoesNotExist as error:
        raise ExpressionError(f"the queue {url} does not exist: create it in the local SQS") from error
    identifier = str(uuid.uuid4())
    group, deduplication = ("SageMaker", identifier) if queue.fifo_queue else (None, None)
    try:
        backend._validate_message(queue, body, delay_seconds=0, group_id=group, deduplication_id=deduplication)
    except ServiceException as error:
        raise ExpressionError(f"the queue {url} refused the message: {error.message}") from error

    def deliver(_stop: threading.Event) -> None:
        backend.send_message(name, body, group_id=group, deduplication_id=deduplication)

    # In its own thread, because moto does not return before the functions that the queue triggers have ended.
    core.supervisor.start(f"message/{identifier}", deliver, computes=False)
