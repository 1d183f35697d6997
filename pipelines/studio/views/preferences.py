"""The language, and the style sheet."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from html_page.document import STYLE
from html_page.translations import LANGUAGES
from pipelines.studio.views.rendering import LANGUAGE_COOKIE, ROOM

_YEAR = 365 * 86400


def choose_language(request: Request) -> Response:
    """Remember a language in a cookie, and go back to the page."""
    back = request.query_params.get("back", "/")
    path = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    chosen = request.path_params["language"]
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="strict")
    return response


def style(_request: Request) -> Response:
    """Serve the style of the reports, and what the studio adds to it."""
    return Response(STYLE + (ROOM / "static" / "style.css").read_text(encoding="utf-8"), media_type="text/css")
