"""Start the page on this machine alone, and end it with the command."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from autograder.errors import SettingsError
from autograder.jail.libc import end_with_parent
from autograder.playground.asked import Asked
from autograder.undisturbed import environment, python_module

HOST = "127.0.0.1"
FIRST_PORT, N_PORTS = 8501, 100
_PATIENCE_S, _FORBIDDEN = 60, 403
OPTIONS = {
    "server.address": HOST,
    "server.headless": "true",  # asks for no e-mail address and opens no browser: that is done here
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": HOST,
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "warning",
    "global.developmentMode": "false",
}


def serve(*, port: int | None, browser: bool, asked: Asked, announce: Callable[[str], None]) -> int:
    """Serve the page until it is interrupted, and return the server's exit status.

    Args:
        port: where; None takes the first free one from 8501 on.
        browser: open the page in the user's browser once it answers.
        asked: what the page opens with, and how models are read.
        announce: is told the address once the page answers.

    Raises: ModuleNotFoundError without Streamlit; SettingsError if the port is taken, or if the page does not answer.
    """
    if importlib.util.find_spec("streamlit") is None:
        raise ModuleNotFoundError("No module named 'streamlit'", name="streamlit")
    port = free_port() if port is None else require_free(port)
    address = f"http://{HOST}:{port}"
    with _running(port, asked) as server:
        _wait_for(address, server)
        announce(address)
        if browser:
            webbrowser.open(address)
        return server.wait()


def free_port() -> int:
    """Raises: SettingsError if none of the first hundred is free."""
    for port in range(FIRST_PORT, FIRST_PORT + N_PORTS):
        if _is_free(port):
            return port
    raise SettingsError(
        ja=f"{FIRST_PORT} から {FIRST_PORT + N_PORTS - 1} までのポートがすべて使われています。--port で別の番号を指定してください。",
        en=f"the ports {FIRST_PORT} to {FIRST_PORT + N_PORTS - 1} are all taken. Choose another one with --port.",
    )


def require_free(port: int) -> int:
    """The port itself. Raises: SettingsError if something else listens there."""
    if _is_free(port):
        return port
    raise SettingsError(
        ja=f"--port {port}: このポートは使えません（ほかのプログラムが使っているか、使う権限がありません）。別の番号を指定するか、--port を省いてください。",
        en=f"--port {port}: this port cannot be used (another program has it, or you may not use it). Choose another one, or leave --port out.",
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


@contextmanager
def _running(port: int, asked: Asked) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process; ended with the block, whatever ends it."""
    options = {**OPTIONS, "server.port": f"{port}"}
    page = Path(__file__).with_name("page.py")
    command = [
        *python_module("autograder.playground.guard", f"{port}", "run"),
        f"{page}",
        *(f"--{key}={value}" for key, value in options.items()),
    ]
    # Being ended, and a closed terminal, end the server as well. Windows has no SIGHUP.
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {number: signal.signal(number, _end) for number in ends}
    # A group of its own: Ctrl-C reaches the command alone, which then ends the server.
    server = subprocess.Popen(
        command,
        env={**environment(), **asked.as_environment()},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent if sys.platform == "linux" else None,  # killed, we end nothing ourselves
    )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:  # a model in the middle of a long text
            server.kill()
            server.wait()
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(_PATIENCE_S * 5):
        if server.poll() is not None:
            break
        try:
            with urlopen(f"{address}/_stcore/health"):
                return _require_guard(address)
        except (URLError, OSError):
            time.sleep(0.2)
    raise SettingsError(
        ja="ページを起動できませんでした。上に出ている理由を確かめ、`autograder doctor` で足りない部品がないか調べてください。",
        en="the page could not be started. Look at the reason above, and let `autograder doctor` see whether something is missing.",
    )


def _require_guard(address: str) -> None:
    """Raises: SettingsError if a page of another name is answered: any web site could then speak to this one."""
    for name, value in (("Host", "playground.invalid"), ("Origin", "http://playground.invalid")):
        try:
            with urlopen(Request(f"{address}/_stcore/health", headers={name: value})):
                pass
        except HTTPError as error:
            if error.code == _FORBIDDEN:
                continue
        raise SettingsError(
            ja="この版の Streamlit では、ほかのサイトからの接続を断れないので、ページを開きません。`pip install --upgrade streamlit` で新しい版を入れてください。",
            en="with this version of Streamlit connections from other sites cannot be refused, so the page is not served. Install a newer one: `pip install --upgrade streamlit`.",
        )
