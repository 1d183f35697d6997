"""The response that an ``output_fn`` may return."""

from collections.abc import Mapping


class Response:
    """A body with a status and a content type, JSON by default; replaces Flask's response.

    ``accept`` is ignored; scripts pass it.
    """

    def __init__(
        self,
        response: str | bytes | None = None,
        accept: str | None = None,  # noqa: ARG002 - the toolkit's signature
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        mimetype: str | None = None,
    ) -> None:
        self.status_code = int(status)
        self.headers = dict(headers or {})
        self.mimetype = mimetype or "application/json"
        self._body = response or b""

    @property
    def content_type(self) -> str:
        """The type, with the charset if it is text."""
        return f"{self.mimetype}; charset=utf-8" if self.mimetype.startswith("text/") else self.mimetype

    def get_data(self) -> bytes:
        """The body."""
        return self._body.encode() if isinstance(self._body, str) else self._body
