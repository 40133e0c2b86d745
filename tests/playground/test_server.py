"""The command that serves the page: on this machine alone, ended by Ctrl-C, in a real browser without network."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from autograder.cli import app
from autograder.errors import SettingsError
from autograder.playground.server import HOST, _require_guard, free_port

PATIENCE_S = 120


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["playground", "--no-browser", *arguments], env={"AUTOGRADER_LANG": "en"})


@dataclass(frozen=True)
class Served:
    """A running command: its process, the address that it printed, and the home folder that it was given."""

    process: subprocess.Popen[str]
    address: str
    home: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "AUTOGRADER_LANG": "en", "OMP_NUM_THREADS": "1"}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "autograder.cli", "playground", "--no-browser", "--model", "tiny-base"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job ignores it
    )
    try:
        first = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found, f"no address was printed but {first!r}"
        yield Served(process, found[0], home)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    """Headless Chromium that can resolve no host name."""
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt install chromium chromium-driver)")
    pytest.importorskip("selenium", reason="selenium is not installed")
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    names = ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1200,1600")
    for option in (*names, f"user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(f"--{option}")
    options.add_argument(f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}")
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(PATIENCE_S)
    yield driver
    driver.quit()


def until(browser: Any, condition: Callable[[], Any], what: str) -> Any:
    """The first true value of `condition`."""
    from selenium.webdriver.support.ui import WebDriverWait

    try:
        return WebDriverWait(browser, PATIENCE_S, ignored_exceptions=(Exception,)).until(lambda _: condition())
    except Exception as error:
        raise AssertionError(f"{what} never happened; the page says:\n{text_of(browser)}") from error


def text_of(browser: Any) -> str:
    return str(browser.find_element("tag name", "body").text)


def is_listening(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, int(address.rsplit(":", 1)[1]))) == 0


def test_the_page_works_in_a_browser_without_network(served: Served, browser: Any):
    """A slider moved by the keyboard changes the distribution; all files come from this machine, none goes to the home."""
    from selenium.webdriver.common.keys import Keys

    browser.get(served.address)
    until(browser, lambda: "top-p 0.8: kept the" in text_of(browser), "the page")
    until(
        browser,
        lambda: len(browser.find_elements("css selector", "[data-testid=stVegaLiteChart] svg.marks")) == 2,
        "charts",
    )
    slider = browser.find_elements("css selector", ".st-key-top_p [role=slider], .st-key-top_p input[type=range]")[0]
    slider.send_keys(Keys.ARROW_LEFT * 10)
    until(browser, lambda: "top-p 0.7: kept the" in text_of(browser), "the smaller nucleus")
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert len(loaded) > 5
    assert [name for name in loaded if not name.startswith((served.address, "data:", "blob:"))] == []
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []
    assert [path for path in served.home.rglob("*") if path.is_file()] == []


def test_ctrl_c_ends_the_page(served: Served):
    """With status 130, and the port is free again."""
    assert is_listening(served.address)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(timeout=PATIENCE_S) == 130
    assert not is_listening(served.address)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_killed_command_leaves_no_server(served: Served):
    """The port is free again, though the command could end nothing."""
    served.process.kill()
    served.process.wait(timeout=PATIENCE_S)
    until_s = time.monotonic() + PATIENCE_S
    while is_listening(served.address) and time.monotonic() < until_s:
        time.sleep(0.1)
    assert not is_listening(served.address)


def test_a_port_that_is_taken_is_misuse():
    """A sentence and status 2, before anything is started."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("--port", f"{port}")
    assert result.exit_code == 2
    assert result.output.startswith(f"--port {port}: this port cannot be used")


def test_a_free_port_is_passed_over_if_another_program_has_it():
    """Two pages can be open at the same time."""
    first = free_port()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # another test may just have left it
        other.bind((HOST, first))
        other.listen()
        assert free_port() > first


def test_without_streamlit_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    """Status 2."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "streamlit" else find(name, *rest)
    )
    result = run()
    assert result.exit_code == 2
    assert 'pip install "textgen-autograder[playground]"' in result.output


def answer_to(address: str, path: str, *headers: str) -> str:
    """The status line of the answer to a request with exactly these headers."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", *headers, "", ""]).encode())
        return connection.makefile("rb").readline().decode().strip()


WEBSOCKET = (
    "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)  # fmt: skip


PATHS = [
    ("/", (), 200),
    ("/_stcore/health", (), 200),
    ("/_stcore/host-config", (), 200),
    ("/_stcore/stream", WEBSOCKET, 101),
]


def test_other_names_and_other_sites_are_refused(served: Served):
    """Pages, files and the WebSocket: a site that lets its name mean this machine reaches nothing; the page itself works."""
    own = served.address.removeprefix("http://")
    port = own.rpartition(":")[2]
    foreign = [
        "evil.example",
        f"evil.example:{port}",
        f"127.0.0.1.evil.example:{port}",
        f"0.0.0.0:{port}",
        "127.0.0.1:1",
    ]
    hosts = [*foreign, f"127.0.0.1:{port}@evil.example", "", f"{own}, evil.example"]
    origins = [
        *(f"http://{host}" for host in foreign),
        f"https://{own}",
        "http://localhost:3000",
        "null",
        "file://",
        "",
    ]
    for path, extra, opened in PATHS:

        def status(*headers: str, path: str = path, extra: tuple[str, ...] = extra) -> int:
            return int(answer_to(served.address, path, *headers, *extra).split()[1])

        for host in (own, f"localhost:{port}"):
            assert status(f"Host: {host}") == status(f"Host: {host}", f"Origin: http://{host}") == opened
        assert {status(f"Host: {host}") for host in hosts} == {403}
        assert {status(f"Host: {host}", f"Origin: http://{host}") for host in hosts} == {403}
        assert {status(f"Host: {own}", f"Origin: {origin}") for origin in origins} == {403}
        assert status(f"Host: {own}", "Host: evil.example") in {400, 403}
        assert status(f"Host: {own}", f"Origin: http://{own}", "Origin: http://evil.example") in {400, 403}


def test_a_server_that_answers_other_names_is_not_used():
    """Whatever Streamlit it is: the command looks before it names the address."""

    class Open(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((HOST, 0), Open) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(SettingsError, match="cannot be refused"):
            _require_guard(f"http://{HOST}:{server.server_port}")
        server.shutdown()


def test_tornado_is_guarded_as_well():
    """On which older releases of Streamlit run; its own client asks."""
    program = """
import asyncio, tornado.httpclient, tornado.web
from autograder.playground.guard import guard_tornado

class Page(tornado.web.RequestHandler):
    def get(self):
        self.write("page")

async def main():
    (sock,) = tornado.netutil.bind_sockets(0, "127.0.0.1")
    port = sock.getsockname()[1]
    guard_tornado(port)
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/", Page)]))
    server.add_sockets([sock])
    client = tornado.httpclient.AsyncHTTPClient()
    for headers in ({}, {"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": f"http://127.0.0.1:{port}"}):
        answer = await client.fetch(f"http://127.0.0.1:{port}/", headers=headers, raise_error=False)
        print(answer.code)

asyncio.run(main())
"""
    pytest.importorskip("tornado")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["200", "403", "403", "200"]
