"""A hub of the tests' own on this machine: it serves models from a folder, refuses as the real one does, and counts."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub(ThreadingHTTPServer):
    """`files` by name of the one model `org/model`; `refusal` is (status, error code) for every request."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes], refusal: tuple[int, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.refusal = files, refusal
        self.sent = 0  # bytes of files
        self.cut_after: int | None = None  # of one file, then the connection ends

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        if self.server.refusal:
            status, code = self.server.refusal
            self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": "refused"}, body=body)
        elif path.startswith("/api/models/org/model/tree/"):
            rows = [{"type": "file", "path": n, "size": len(d), "oid": _etag(d)} for n, d in self.server.files.items()]
            self._json(rows, body=body)
        elif path in {
            "/api/models/org/model",
            "/api/models/org/model/revision/main",
            f"/api/models/org/model/revision/{COMMIT}",
        }:
            siblings = [{"rfilename": n, "size": len(d), "blobId": _etag(d)} for n, d in self.server.files.items()]
            self._json({"id": "org/model", "sha": COMMIT, "siblings": siblings}, body=body)
        elif path.startswith("/org/model/resolve/"):
            self._file(path.split("/", 5)[5], body=body)
        elif path.startswith("/api/models/org/model/revision/"):
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body=body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)

    def _json(self, content: object, *, body: bool) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"}, body=body)

    def _file(self, name: str, *, body: bool) -> None:
        data = self.server.files[name]
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        headers = {"ETag": f'"{_etag(data)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        part = data[start:]
        cut = self.server.cut_after
        if body and cut is not None and len(part) > cut:
            self.server.cut_after = None
            self._send(206 if start else 200, part, headers, body=False)
            self.wfile.write(part[:cut])
            self.server.sent += cut
            self.close_connection = True
            return
        self.server.sent += len(part) if body else 0
        self._send(206 if start else 200, part, headers, body=body)

    def _send(self, status: int, content: bytes, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)


def _etag(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


@contextmanager
def running(files: dict[str, bytes], refusal: tuple[int, str] | None = None) -> Iterator[FakeHub]:
    """The hub for as long as the block lasts."""
    with FakeHub(files, refusal) as hub:
        thread = threading.Thread(target=hub.serve_forever, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


def files_of(folder: Path) -> dict[str, bytes]:
    """What a model's folder holds, as the hub would serve it."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
