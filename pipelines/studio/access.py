"""The secrets of a running page: the token in its address, the browser's session, the token of its forms."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

TOKEN = "token"  # noqa: S105 - the name of a parameter
_BYTES = 32


def _secret() -> str:
    return secrets.token_urlsafe(_BYTES)


@dataclass
class Access:
    """Who may use the page at a port of 127.0.0.1.

    The address that the command prints has a token that works once. It becomes a cookie, and the command prints an
    address with a new token for the next browser.
    """

    port: int
    announce: Callable[[str], None] = lambda _address: None
    """Is handed each new address."""
    session: str = field(default_factory=_secret, repr=False)
    form_token: str = field(default_factory=_secret, repr=False)
    _token: str = field(default_factory=_secret, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name, which has the port because browsers send the cookies of all ports of a host."""
        return f"boostpipe_studio_{self.port}"

    @property
    def hosts(self) -> tuple[str, str]:
        """The values of the header ``Host`` that are answered: another name may be DNS rebinding."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def url(self) -> str:
        """The address for a browser that has a session."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def address(self) -> str:
        """The address for a browser without a session; it works once."""
        return f"{self.url}?{TOKEN}={self._token}"

    def redeem(self, token: str) -> bool:
        """Accept the token of the address once."""
        with self._lock:
            accepted = same(token, self._token)
            if accepted:
                self._token = _secret()
        if accepted:
            self.announce(self.address)
        return accepted


def same(given: str, secret: str) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(given.encode(), secret.encode())
