"""A page on loopback that can ask for every row that it may show: its text in full, and a search in the texts of all of them.

    GET /<key>/             the page
    GET /<key>/row?at=7     a row in full, as JSON; nothing of one under agreement
    GET /<key>/find?q=…     the places of the rows whose messages hold some words, as JSON

Nothing else is there. A request must name this machine in its `Host`, or a page from elsewhere that had its own name point here could read
the answers; and it must know the key, which is made anew each time, or whoever else works on this machine could.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pyarrow.compute as pc

from medinstruct.artefact import Build, Rows
from medinstruct.errors import MedinstructError
from medinstruct.reporter.light import BATCH, Light
from medinstruct.reporter.packing import dumped
from medinstruct.reporter.shown import show

LOOPBACK = "127.0.0.1"
MOST_WORDS = 200
"""Characters of what is searched for."""
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Server(ThreadingHTTPServer):
    """The page of a build, on loopback."""

    daemon_threads = True

    def __init__(self, build: Build, html: str, light: Light, port: int = 0) -> None:
        """Listen, but do not answer yet: `serve_forever` does.

        Args:
            build: Whose rows are asked for.
            html: Its page.
            light: Its light columns, which say what may be told.
            port: 0 for any that is free.

        Raises:
            MedinstructError: if the port is taken.
        """
        self.build, self.html, self.light = build, html.encode(), light
        self.key = secrets.token_urlsafe(16)
        self.shards = {split: [Rows([file]) for file in rows.files] for split, rows in build.items()}
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            raise MedinstructError(
                f"cannot listen on {LOOPBACK}:{port}: {error.strerror}", next="give another --port, or none"
            ) from error

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away before its answer came."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def hosts(self) -> tuple[str, str]:
        """What a request may call this machine."""
        return f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}"

    @property
    def address(self) -> str:
        return f"http://{self.hosts[0]}/{self.key}/"

    def row(self, at: int) -> dict[str, Any] | None:
        """A row in full; None where there is none, or it is under agreement."""
        if not 0 <= at < len(self.light) or self.light.closed[at]:
            return None
        split, place = self.light.place(at)
        for shard in self.shards[split]:
            if place < len(shard):
                return {"at": at, **show(self.build, shard[place])}
            place -= len(shard)
        return None

    def find(self, words: str) -> list[int]:
        """The places of the rows whose messages hold some words, in whatever case; none of them under agreement."""
        pattern = re.escape(words.strip()[:MOST_WORDS])
        found = [np.zeros(0, np.int64)]
        for split, start in self.light.starts.items() if words.strip() else ():
            for at, batch in self.build[split].batches(["messages"], BATCH):
                messages = batch["messages"]
                contents = pc.struct_field(pc.list_flatten(messages), "content")
                held = pc.indices_nonzero(pc.match_substring_regex(contents, pattern, ignore_case=True))
                rows = pc.list_parent_indices(messages).take(held)
                found.append(np.unique(rows.to_numpy(zero_copy_only=False)).astype(np.int64) + start + at)
        rows = np.concatenate(found)
        told: list[int] = rows[~self.light.closed[rows]].tolist()
        return told


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "medinstruct", ""

    def do_GET(self) -> None:
        if self.headers.get("Host", "") not in self.server.hosts:
            return self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"not for this host\n")
        try:
            asked = urlsplit(self.path)
        except ValueError:  # of brackets that hold no address
            asked = urlsplit("")
        key, *rest = asked.path.removeprefix("/").split("/", 1)
        if not secrets.compare_digest(key.encode(), self.server.key.encode()):
            return self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here\n")
        query = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        try:
            self._route(rest, query)
        except MedinstructError as error:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", f"{error}\n".encode())

    def _route(self, rest: list[str], query: Mapping[str, str]) -> None:
        match rest:
            case [""]:
                self._answer(HTTPStatus.OK, "text/html; charset=utf-8", self.server.html)
            case ["row"] if query.get("at", "").isdecimal() and len(query["at"]) < 12:
                self._tell(self.server.row(int(query["at"])))
            case ["find"]:
                self._tell(self.server.find(query.get("q", "")))
            case _:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here\n")

    def _tell(self, value: Any) -> None:
        status = HTTPStatus.NOT_FOUND if value is None else HTTPStatus.OK
        self._answer(status, "application/json", dumped(value).encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is looked at is nobody's business."""
