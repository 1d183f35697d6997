"""The application and its server, put together here and nowhere else."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipelines.errors import EnvironmentProblem, PipelineError
from pipelines.studio.access import Access
from pipelines.studio.running import noted
from pipelines.studio.security import Guard
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views import documents, endpoints
from pipelines.studio.views.actions import act, ask
from pipelines.studio.views.compare import comparison
from pipelines.studio.views.deployment import ask_deployment, deploy
from pipelines.studio.views.events import events
from pipelines.studio.views.execution import definition, execution
from pipelines.studio.views.executions import executions
from pipelines.studio.views.logs import download, log
from pipelines.studio.views.models import ask_decision, card, decide, model, models
from pipelines.studio.views.preferences import choose_language, style
from pipelines.studio.views.rendering import ROOM, render_problem
from pipelines.studio.views.start import ask_start, start, start_form
from pipelines.target.connection import CommandContext

HOST = "127.0.0.1"
_LONGEST_GOODBYE = 2
"""Seconds that open requests have when the server ends."""

_EXECUTION = "/executions/{pipeline}/{execution}"
_VERSION, _ENDPOINT = "/models/{group}/{version}", "/endpoints/{endpoint}"
ROUTES = (
    Route("/", executions),
    Route(_EXECUTION, execution),
    Route(f"{_EXECUTION}/definition.json", definition),
    Route(f"{_EXECUTION}/steps/{{step}}/log", log),
    Route(f"{_EXECUTION}/steps/{{step}}/log.txt", download),
    Route(f"{_EXECUTION}/report/{{step}}", documents.report),
    Route(f"{_EXECUTION}/predictions/{{step}}", documents.predictions),
    Route(f"{_EXECUTION}/data", documents.data_page),
    Route(f"{_EXECUTION}/{{action}}", ask, methods=["GET"]),
    Route(f"{_EXECUTION}/{{action}}", act, methods=["POST"]),
    Route("/files", documents.files),
    Route("/file", documents.file),
    Route("/compare", comparison),
    Route("/start/{pipeline}", start_form),
    Route("/start/{pipeline}/confirm", ask_start, methods=["GET"]),
    Route("/start/{pipeline}/confirm", start, methods=["POST"]),
    Route("/models", models),
    Route(_VERSION, model),
    Route(f"{_VERSION}/card.json", card),
    Route(f"{_VERSION}/deploy", ask_deployment, methods=["GET"]),
    Route(f"{_VERSION}/deploy", deploy, methods=["POST"]),
    Route(f"{_VERSION}/{{decision}}", ask_decision, methods=["GET"]),
    Route(f"{_VERSION}/{{decision}}", decide, methods=["POST"]),
    Route("/endpoints", endpoints.endpoints),
    Route(_ENDPOINT, endpoints.endpoint, methods=["GET"]),
    Route(_ENDPOINT, endpoints.ask_endpoint, methods=["POST"]),
    Route(f"{_ENDPOINT}/delete", endpoints.ask_deletion, methods=["GET"]),
    Route(f"{_ENDPOINT}/delete", endpoints.delete, methods=["POST"]),
    Route("/events", events),
    Route("/language/{language}", choose_language),
    Route("/static/style.css", style),
    Mount("/static", StaticFiles(directory=ROOM / "static")),
)


def application(studio: Studio) -> Starlette:
    """Make the application of one page."""
    from botocore.exceptions import BotoCoreError, ClientError

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        preparing = asyncio.create_task(run_in_threadpool(studio.prepare))
        polling = asyncio.create_task(studio.poller.run())
        yield
        await preparing
        studio.poller.end()
        polling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await polling

    app = Starlette(
        routes=list(ROUTES),
        middleware=[Middleware(Guard, access=studio.access, read_only=studio.read_only)],
        exception_handlers={
            HTTPStatus.NOT_FOUND: _not_found,
            PipelineError: _problem,
            ClientError: _api_problem,
            BotoCoreError: _api_problem,
        },
        lifespan=lifespan,
    )
    app.state.studio = studio
    return app


def listen(port: int) -> socket.socket:
    """Bind a port of this machine that no other machine can reach; 0 is any free one.

    Raises `EnvironmentProblem` if it is in use.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise EnvironmentProblem(f"Port {port} cannot be used: {error.strerror}. Name another with --port.") from error
    return listening


def serve(
    context: CommandContext,
    port: int,
    *,
    read_only: bool,
    announce: Callable[[str], None],
    opened: Callable[[str], None],
) -> None:
    """Serve the page until the process is interrupted; ``opened`` is handed the first address, once it answers."""
    with listen(port) as listening:
        access = Access(listening.getsockname()[1], announce)
        studio = Studio(context, access, read_only=read_only)
        config = uvicorn.Config(
            application(studio), log_config=None, access_log=False, timeout_graceful_shutdown=_LONGEST_GOODBYE
        )
        listening.listen()
        opened(access.address)
        with noted(context.settings.state_dir, context.connection.name, access.url):
            uvicorn.Server(config).run(sockets=[listening])


async def _not_found(request: Request, _error: Exception) -> Response:
    return await run_in_threadpool(render_problem, request, "There is no such page.", HTTPStatus.NOT_FOUND)


async def _problem(request: Request, error: Exception) -> Response:
    return await run_in_threadpool(render_problem, request, str(error), HTTPStatus.NOT_FOUND)


async def _api_problem(request: Request, error: Exception) -> Response:
    """Show what the API has refused; after expired credentials, the next request takes those in the files."""
    studio_of(request).renew()
    return await run_in_threadpool(render_problem, request, str(error), HTTPStatus.BAD_GATEWAY)
