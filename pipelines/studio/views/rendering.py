"""Templates, and what each of them may use: texts, addresses, numbers and times."""

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from html_page.translations import LANGUAGES, Language, Translations, read_translations
from pipelines.studio.state import studio_of
from pipelines.studio.views.chart import path_of

ROOM = Path(__file__).parents[1]
LANGUAGE_COOKIE = "boostpipe_studio_language"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@functools.cache
def _environment() -> Environment:
    """Make the environment; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(moment=moment, duration=duration, number=number, iso=datetime.isoformat, path=path_of)
    return environment


def texts() -> Translations:
    """Read the texts of the page; each is its own key, and stays English if the file lacks it."""
    return read_translations(ROOM / "translations.json")


def language_of(request: Request) -> Language:
    """Return the language that the browser chose, else the one of the settings."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return next((known for known in LANGUAGES if known == chosen), studio_of(request).context.settings.lang)


def render(request: Request, template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
    """Render a page from a template of ``templates/``."""
    studio, language = studio_of(request), language_of(request)
    studio.poller.watched()
    t = functools.partial(texts().text, language)
    content = (
        _environment()
        .get_template(template)
        .render(
            t=t,
            language=language,
            studio=studio,
            here=address_of(request),
            address=functools.partial(_changed, request),
            poll=studio.poller.state,
            **values,
        )
    )
    return HTMLResponse(content, status)


def render_problem(request: Request, message: str, status: HTTPStatus) -> Response:
    """Render the page of a request that cannot be answered."""
    return render(request, "problem.html", status, message=message)


def attachment(name: str) -> dict[str, str]:
    """Return the header by which a browser saves a response under a name."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-_") else "-" for letter in name)
    return {"Content-Disposition": f'attachment; filename="{plain or "object"}"'}


def address_of(request: Request) -> str:
    """Return the path and the query of a request."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _changed(request: Request, **changed: Any) -> str:
    """Return the address of the same page with other parameters; None and empty ones are left out.

    A parameter that may be repeated is given as a list.
    """
    query: Mapping[str, list[str]] = {name: request.query_params.getlist(name) for name in request.query_params}
    merged = {**query, **{name: value if isinstance(value, list) else [value] for name, value in changed.items()}}
    pairs = [(name, each) for name, values in merged.items() for each in values if each not in (None, "")]
    return f"{request.url.path}?{urlencode(pairs)}" if pairs else request.url.path


def moment(time: datetime | None) -> str:
    """Write a time in UTC.

    Examples
    --------
    >>> moment(datetime(2026, 12, 1, 8, 30, tzinfo=UTC))
    '2026-12-01 08:30:00'
    """
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if time else ""


def duration(seconds: float | None) -> str:
    """Write a duration with the two units that matter.

    Examples
    --------
    >>> duration(4.26), duration(75), duration(3700), duration(90061)
    ('4.3 s', '1 min 15 s', '1 h 1 min', '1 d 1 h')
    """
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    for size, unit, part, smaller in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min"), (_MINUTE, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {smaller}"
    return ""


def number(value: float | None) -> str:
    """Write a metric with six significant digits."""
    return "" if value is None else f"{value:.6g}"
