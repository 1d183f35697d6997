"""The HTML pages that an execution has left, and its predictions as a file.

The pages come from S3 and have scripts of their own, so the browser gives them an origin of their own: they can neither
read this page nor send anything, not even to this server.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/sandbox
"""

from starlette.requests import Request
from starlette.responses import Response

from pipelines.studio.queries import documents
from pipelines.studio.state import studio_of
from pipelines.studio.views.lookup import place_of

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
    disposition = 'attachment; filename="predictions.csv"'
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})
