"""What an execution has left: HTML pages, its predictions, and the objects that its steps read or wrote.

The pages come from S3 and have scripts of their own, so the browser gives them an origin of their own: they can neither
read this page nor send anything, not even to this server.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/sandbox
"""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipelines.aws.responses import last_part
from pipelines.studio.queries import documents
from pipelines.studio.queries.files import content_of, files_below
from pipelines.studio.state import studio_of
from pipelines.studio.views.lookup import place_of
from pipelines.studio.views.rendering import attachment, render

SANDBOX = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline' blob: data:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
_HEADERS = {"Content-Security-Policy": SANDBOX}


def report(request: Request) -> Response:
    """Serve the report of an evaluation."""
    studio, place = studio_of(request), place_of(request)
    progress = studio.watched.get(studio.sagemaker, place.arn).progress
    evaluation = documents.find_evaluation(progress, request.path_params["step"])
    content = documents.report(studio.sagemaker, studio.s3, evaluation)
    return Response(content, media_type="text/html; charset=utf-8", headers=_HEADERS)


def data_page(request: Request) -> Response:
    """Serve the page about the data."""
    studio, place = studio_of(request), place_of(request)
    progress = studio.watched.get(studio.sagemaker, place.arn).progress
    content = documents.data_page(studio.sagemaker, studio.s3, progress)
    return Response(content, media_type="text/html; charset=utf-8", headers=_HEADERS)


def predictions(request: Request) -> Response:
    """Serve the predictions of a task as CSV."""
    studio, place = studio_of(request), place_of(request)
    progress = studio.watched.get(studio.sagemaker, place.arn).progress
    evaluation = documents.find_evaluation(progress, request.path_params["step"])
    text = documents.predictions(studio.sagemaker, studio.s3, progress, evaluation)
    return Response(text, media_type="text/csv; charset=utf-8", headers=attachment("predictions.csv"))


def files(request: Request) -> Response:
    """List the objects below the address ``uri``."""
    uri = request.query_params.get("uri", "")
    return render(request, "files.html", uri=uri, listing=files_below(studio_of(request).s3, uri))


def file(request: Request) -> Response:
    """Serve the object ``uri`` for download; a browser shows none of it, whatever it contains."""
    uri = request.query_params.get("uri", "")
    content = content_of(studio_of(request).s3, uri)
    return StreamingResponse(content, media_type="application/octet-stream", headers=attachment(last_part(uri)))
