"""What every request must pass: a known host, and a page of our own behind everything that changes or shows anything.

Pages of other sites in the same browser can send requests here, and by DNS rebinding even under a name of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
OURS = "/api/"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: whatever a page is made to show, it fetches no picture, font or film from elsewhere
_PAGE = (
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_ALWAYS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """ASGI middleware.

    Args:
        hosts: names under which the server may be asked for, without port.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOCAL_HOSTS) -> None:
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        problem = self._problem(scope)
        if problem is None:
            await self._app(scope, receive, _answering(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": problem})
        else:
            await PlainTextResponse(problem, 403, dict(_ALWAYS))(scope, receive, send)

    def _problem(self, scope: Scope) -> str | None:
        """Why a request is not answered, a sentence; none if it is."""
        headers = Headers(scope=scope)
        host = _name(headers.get("host", ""))
        if host not in self._hosts:
            return "This server is not known under that name. Add it with --allow-host."
        origin = headers.get("origin")
        if origin is not None and origin != f"{_scheme(scope)}://{headers['host']}":
            return "This comes from a page of another site."
        asks = scope["type"] == "websocket" or scope["method"] not in _SAFE or scope["path"].startswith(OURS)
        if asks and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "This comes from a page of another site."
        changes = scope["type"] == "http" and scope["method"] not in _SAFE
        if changes and scope["path"].startswith(OURS) and origin is None:
            return "This does not say which page it comes from."
        return None


def _answering(scope: Scope, send: Send) -> Send:
    """Adds what a browser must know of every answer."""
    ours = scope["path"].startswith(OURS)

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
            if ours and not scope["path"].startswith(f"{OURS}assets/"):
                headers["cache-control"] = "no-store"
                headers.setdefault("content-security-policy", "default-src 'none'; sandbox")
            else:
                headers.setdefault("content-security-policy", _PAGE)
        await send(message)

    return answer


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _scheme(scope: Scope) -> str:
    scheme = str(scope["scheme"])
    return {"ws": "http", "wss": "https"}.get(scheme, scheme)
