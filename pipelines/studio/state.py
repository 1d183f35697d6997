"""What all requests of one running page share: the context of the command, the read models, and the poller."""

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

from starlette.requests import Request

from pipelines.execution.follow import passing_trouble
from pipelines.studio.access import Access
from pipelines.studio.poller import INTERVALS, LONGEST, Poller
from pipelines.studio.queries.caching import Misses
from pipelines.studio.queries.curves import CurveStore
from pipelines.studio.queries.details import DetailStore
from pipelines.studio.queries.index import Index
from pipelines.studio.queries.jobs import MadeStore
from pipelines.studio.queries.lists import Lists
from pipelines.studio.queries.models import Models
from pipelines.studio.queries.tail import Tails
from pipelines.studio.queries.watched import Watched
from pipelines.studio.work import Work
from pipelines.target.connection import CommandContext


class Studio:
    """A running page over one target."""

    def __init__(self, context: CommandContext, access: Access, *, read_only: bool) -> None:
        self.context, self.access, self.read_only = context, access, read_only
        self.index = Index(context.pipeline)
        self.details = DetailStore(context.connection.name)
        self.watched, self.made, self.tails = Watched(), MadeStore(), Tails()
        self.misses, self.curves = Misses(), CurveStore()
        self.models, self.lists, self.work = Models(), Lists(), Work()
        name = context.connection.name
        self.poller = Poller(self._refresh, self._explain, INTERVALS[name], LONGEST[name])
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def client(self, service: str) -> Any:
        """Return the client of a service that all requests share; boto3's clients may be used by several threads."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self.context.client(service)
            return self._clients[service]

    def prepare(self) -> None:
        """Make the clients of all views, which takes longer than their calls, before the first page asks for them."""
        for service in ("sagemaker", "s3", "logs"):
            self.client(service)

    def fresh_context(self) -> CommandContext:
        """Return the context of the command with clients of its own, for work that the functions of commands do."""
        return replace(self.context)

    @property
    def sagemaker(self) -> Any:
        """SageMaker's client."""
        return self.client("sagemaker")

    @property
    def s3(self) -> Any:
        """S3's client."""
        return self.client("s3")

    def _refresh(self) -> bool:
        reads: tuple[Callable[[], bool], ...] = (
            lambda: self.index.refresh(self.sagemaker, time.monotonic()),
            lambda: self.watched.refresh(self.sagemaker),
            lambda: self.lists.refresh(self.sagemaker),
            lambda: self.details.refresh(self.sagemaker, self.s3),
        )
        changed = [read() for read in reads]
        return True in changed

    def _explain(self, error: Exception) -> str | None:
        """Describe what keeps the API from answering; None for a bug of ours."""
        from botocore.exceptions import BotoCoreError, ClientError

        if self.context.connection.has_ended is not None and self.context.connection.has_ended():
            return "The local service has ended. Start it again with: boostpipe studio"
        trouble = passing_trouble(error)
        if trouble is not None:
            self.renew()
        return trouble or (str(error) if isinstance(error, BotoCoreError | ClientError) else None)

    def renew(self) -> None:
        """Make new clients at the next use, with the credentials that are then in the files."""
        import boto3

        boto3.setup_default_session()
        with self._lock:
            self._clients.clear()


def studio_of(request: Request) -> Studio:
    """Return the page that a request is for."""
    studio: Studio = request.app.state.studio
    return studio
