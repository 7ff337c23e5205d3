"""Pages for whoever works on this machine: who may ask, and what goes along with every answer.

A request must name this machine in its `Host`, or a page from elsewhere that had its own name point here could read the answers; and it must
know the key in its path, which is made anew each time, or whoever else works on this machine could.
"""

from __future__ import annotations

import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from medinstruct.errors import MedinstructError

LOOPBACK = "127.0.0.1"
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Server(ThreadingHTTPServer):
    """A server on loopback."""

    daemon_threads = True

    def __init__(self, handler: type[Handler], port: int = 0) -> None:
        """Listen, but do not answer yet: `serve_forever` does.

        Args:
            handler: What answers.
            port: 0 for any that is free.

        Raises:
            MedinstructError: if the port is taken.
        """
        self.key = secrets.token_urlsafe(16)
        try:
            super().__init__((LOOPBACK, port), handler)
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
        """Where the page is."""
        return f"http://{self.hosts[0]}/{self.key}/"


class Handler(BaseHTTPRequestHandler, ABC):
    """Answers those who may ask."""

    server_version, sys_version = "medinstruct", ""

    @abstractmethod
    def respond(self, path: str, query: Mapping[str, str]) -> None:
        """Answer a question for what stands behind the key; empty for the page itself."""

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        if self.headers.get("Host", "") not in self.server.hosts:
            return self.send(HTTPStatus.FORBIDDEN, "text/plain", b"not for this host\n")
        try:
            asked = urlsplit(self.path)
        except ValueError:  # of brackets that hold no address
            asked = urlsplit("")
        key, behind, path = asked.path.removeprefix("/").partition("/")
        if not behind or not secrets.compare_digest(key.encode(), self.server.key.encode()):
            return self.nothing()
        try:
            self.respond(path, {name: values[-1] for name, values in parse_qs(asked.query).items()})
        except MedinstructError as error:
            self.send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", f"{error}\n".encode())

    def nothing(self) -> None:
        """Answer that there is nothing."""
        self.send(HTTPStatus.NOT_FOUND, "text/plain", b"nothing here\n")

    def send(self, status: HTTPStatus, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send an answer whole."""
        self.send_response(status)
        told = {
            **HEADERS,
            **(headers or {}),
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
        }
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what is looked at is nobody's business, and the terminal belongs to whoever types."""
