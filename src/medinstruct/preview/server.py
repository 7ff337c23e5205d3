"""A page on this machine that shows what a template makes of real text, again at each save.

It listens on the loopback address alone, answers only who calls it by that name (so that no page elsewhere can ask it through the
reader's browser), and shows every text as text.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from medinstruct import template
from medinstruct.errors import MedinstructError, Place
from medinstruct.preview.examples import Seen, show

PAGE = Path(__file__).with_name("page.html")
WAIT = 20.0
"""Seconds that a question for news waits for some."""
LOOK = 0.1
"""Seconds between looks at the file."""
GONE = "gone"


class Page:
    """What a template file makes of examples, as it stands now."""

    def __init__(self, path: Path, name: str, seen: Sequence[Seen]) -> None:
        self.path, self.name, self.seen = path, name, seen

    def stamp(self) -> str:
        """What changes with every save; `GONE` while there is no file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:  # some editors write a new file and rename it
            return GONE
        return f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}"

    def state(self) -> dict[str, Any]:
        """The examples in the words of the template, or what is wrong with it."""
        stamp = self.stamp()
        try:
            text = self.path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return {"stamp": stamp, "error": {"what": "the file is gone", "line": 0, "column": 0, "next": ""}}
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            return {
                "stamp": stamp,
                "error": {"what": "is not UTF-8", "line": line, "column": 0, "next": "save it as UTF-8"},
            }
        try:
            wording = template.compile(text, self.name, str(self.path))
            shown = [asdict(show(seen, wording)) for seen in self.seen]
            faults = template.check(wording)
        except MedinstructError as error:
            return {"stamp": stamp, "source": text, "error": located(error, text)}
        return {
            "name": self.name, "stamp": stamp, "source": text, "error": None, "shown": shown, "faults": faults, "answer": wording.answer_key,
            "fields": sorted(template.visible(wording.type.question) | wording.answer.fields(wording.type.samples[0].question).keys()),
        }  # fmt: skip


def located(error: MedinstructError, text: str) -> dict[str, Any]:
    """An error with its line and column, both counted from 1; 0 where they are not known.

    Jinja knows lines alone: the column is that of the word that the message quotes, else of the first tag of the line.
    """
    line = error.where.line if isinstance(error.where, Place) else 0
    lines = text.replace("\r\n", "\n").split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    quoted = re.search(r"'([^']+)'", error.what)
    at = written.find(quoted[1]) if quoted else -1
    if at < 0 and (tag := re.search(r"\{[{%#]", written)):
        at = tag.start()
    return {"what": error.what, "line": line, "column": at + 1, "next": error.next}


def serve(page: Page, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of the page on 127.0.0.1, already listening; the caller runs `serve_forever` and shuts it down.

    Args:
        page: What is shown.
        port: 0 takes a free one (`server.server_port`).
    """
    server = _Server(("127.0.0.1", port), _Handler)
    server.page, server.lock = page, threading.Lock()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    page: Page
    lock: threading.Lock
    """Templates are rendered one at a time: an example is shared by all who look."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a page that was closed while it waited for news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        port = self.server.server_port
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"this page is for this machine alone\n")
            return
        asked = urlsplit(self.path)
        if asked.path == "/":
            nonce = secrets.token_urlsafe(16)
            self._send(HTTPStatus.OK, "text/html", PAGE.read_bytes().replace(b"{nonce}", nonce.encode()), nonce)
        elif asked.path == "/state":
            self._wait(parse_qs(asked.query).get("seen", [""])[0])
            with self.server.lock:
                state = self.server.page.state()
            self._send(HTTPStatus.OK, "application/json", json.dumps(state).encode())
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"nothing is here\n")

    def _wait(self, seen: str) -> None:
        """Return when the file is another than the one that was seen, or after a while."""
        until = time.monotonic() + WAIT
        while seen and self.server.page.stamp() in (seen, GONE) and time.monotonic() < until:
            time.sleep(LOOK)

    def _send(self, status: HTTPStatus, kind: str, body: bytes, nonce: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'",
        )
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to whoever types."""
