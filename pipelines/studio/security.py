"""What every request passes before a view sees it, and the headers that every response gets.

The page can stop executions and show data, so any other page, program or user of the machine is kept out: it listens on
127.0.0.1, answers to its own name only, wants a session, and accepts forms of its own only.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.datastructures import URL, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.studio.access import TOKEN, Access, same

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of all pages of our own; a document of an execution has one that is stricter still."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MOST_BYTES_OF_A_FORM = 1 << 20
_READS = ("GET", "HEAD")


class Guard:
    """The middleware: refuses what must not pass, parses forms into ``request.state.form``, and sets the headers."""

    def __init__(self, app: ASGIApp, access: Access, *, read_only: bool) -> None:
        self._app, self._access, self._read_only = app, access, read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive)
            early = self._before(request) or await self._check_form(request)
            await (early or self._app)(scope, receive, _with_headers(send))

    def _before(self, request: Request) -> Response | None:
        """Answer a request that reaches no view; None for the others."""
        if request.headers.get("host") not in self._access.hosts:
            return _refused("This address is not the page's own.", HTTPStatus.MISDIRECTED_REQUEST)
        has_session = same(request.cookies.get(self._access.cookie, ""), self._access.session)
        if request.method in _READS and TOKEN in request.query_params:
            return self._begin_session(request, has_session=has_session)
        return None if has_session else _refused("Open the address that boostpipe studio has printed; it works once.")

    def _begin_session(self, request: Request, *, has_session: bool) -> Response:
        """Go to the address without its token, with the session's cookie."""
        if not has_session and not self._access.redeem(request.query_params[TOKEN]):
            return _refused("This address has been used. boostpipe studio has printed a new one in its terminal.")
        without = URL(scope=request.scope).remove_query_params(TOKEN)
        path = f"{without.path}?{without.query}" if without.query else without.path
        response = RedirectResponse(f"/{path.lstrip('/')}", HTTPStatus.SEE_OTHER)
        response.set_cookie(self._access.cookie, self._access.session, httponly=True, samesite="strict")
        return response

    async def _check_form(self, request: Request) -> Response | None:
        """Refuse a form that none of our pages has sent; parse one that passes."""
        if request.method in _READS:
            return None
        if self._read_only:
            return _refused("boostpipe studio runs with --read-only.")
        content = b""
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES_OF_A_FORM:
                return _refused("The form is too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        form = dict(parse_qsl(content.decode(errors="replace"), keep_blank_values=True))
        if not same(form.pop(TOKEN, ""), self._access.form_token):
            return _refused("This form is not from this page. Load the page again.")
        request.state.form = form
        return None


def _refused(why: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> Response:
    return PlainTextResponse(f"{why}\n", status)


def _with_headers(send: Send) -> Send:
    """Add the headers that a view has not set itself."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
