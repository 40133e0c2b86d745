"""Streamlit's server, which answers nobody but the page's own address. `server.py` runs it as the main module.

A web site that somebody visits can let its own name mean 127.0.0.1 (DNS rebinding) and then speak to whatever listens
there; the name that the browser sends as Host gives it away, and its own address as Origin. Streamlit looks at neither
before it serves a page, so the check stands before Streamlit, in whichever server it runs on: uvicorn, or Tornado in
older releases. `server.py` sees at every start that foreign names are refused, and serves nothing otherwise.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

REFUSED = "この名前のページは、ここにはありません。autograder playground が表示したアドレスを開いてください。\nThere is no page of this name here. Open the address that autograder playground printed.\n"
_Scope = MutableMapping[str, Any]
_Awaited = Callable[..., Awaitable[None]]
_App = Callable[[_Scope, _Awaited, _Awaited], Awaitable[None]]


def is_own(port: int, hosts: Iterable[str], origins: Iterable[str]) -> bool:
    """Whether a request with these headers (all that it has of each) is for the page at `port`, and comes from it or from no page."""
    names = {f"127.0.0.1:{port}", f"localhost:{port}"}
    found = [host.lower() for host in hosts]
    return len(found) == 1 and found[0] in names and all(one.lower() in {f"http://{found[0]}"} for one in origins)


def guarded(app: _App, port: int) -> _App:
    """`app`, an ASGI application, behind the check; a WebSocket is refused before it is opened."""

    async def guard(scope: _Scope, receive: _Awaited, send: _Awaited) -> None:
        if scope["type"] == "lifespan":
            return await app(scope, receive, send)

        def all_of(name: bytes) -> list[str]:
            return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]

        if is_own(port, all_of(b"host"), all_of(b"origin")):
            return await app(scope, receive, send)
        if scope["type"] == "websocket":
            await receive()
            return await send({"type": "websocket.close", "code": 1008})
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        return await send({"type": "http.response.body", "body": REFUSED.encode()})

    return guard


def guard_uvicorn(port: int) -> None:
    """Every application that uvicorn serves in this process is guarded."""
    try:
        import uvicorn
    except ImportError:  # with a Streamlit that runs on Tornado
        return
    configure = uvicorn.Config.__init__

    def guarded_configure(self: Any, app: Any, *arguments: Any, **keywords: Any) -> None:
        configure(self, guarded(app, port), *arguments, **keywords)

    uvicorn.Config.__init__ = guarded_configure  # type: ignore[method-assign]


def guard_tornado(port: int) -> None:
    """Every application that Tornado serves in this process is guarded."""
    try:
        from tornado.web import Application, ErrorHandler
    except ImportError:
        return
    find = Application.find_handler

    def guarded_find(self: Any, request: Any, **keywords: Any) -> Any:
        if is_own(port, request.headers.get_list("Host"), request.headers.get_list("Origin")):
            return find(self, request, **keywords)
        return self.get_handler_delegate(request, ErrorHandler, {"status_code": 403})

    Application.find_handler = guarded_find  # type: ignore[method-assign]


def main() -> None:
    """`guard PORT …`: what `streamlit …` does, behind the check."""
    port = int(sys.argv.pop(1))
    guard_uvicorn(port)
    guard_tornado(port)
    from streamlit.web.cli import main as streamlit

    streamlit(prog_name="streamlit")


if __name__ == "__main__":
    main()
