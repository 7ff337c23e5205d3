"""A page on this machine that shows what a template makes of real text, again at each save.

It listens on the loopback address alone, answers only who calls it by that name and knows its key (`medinstruct.loopback`), and shows every
text as text.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Any

from medinstruct import loopback, template
from medinstruct.errors import MedinstructError, Place
from medinstruct.preview.examples import Seen, show

PAGE = Path(__file__).with_name("page.html")
POLICY = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'"
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


class Server(loopback.Server):
    """A page on loopback, already listening; `serve_forever` answers."""

    def __init__(self, page: Page, port: int = 0) -> None:
        """Listen on a port of loopback; 0 takes a free one.

        Raises:
            MedinstructError: if the port is taken.
        """
        self.page, self.lock = page, threading.Lock()
        """Templates are rendered one at a time: an example is shared by all who look."""
        super().__init__(_Handler, port)


class _Handler(loopback.Handler):
    server: Server
    protocol_version = "HTTP/1.1"

    def respond(self, path: str, query: Mapping[str, str]) -> None:
        if path == "":
            nonce = secrets.token_urlsafe(16)
            policy = f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; {POLICY}"
            page = PAGE.read_bytes().replace(b"{nonce}", nonce.encode())
            self.send(HTTPStatus.OK, "text/html", page, {"Content-Security-Policy": policy})
        elif path == "state":
            self._wait(query.get("seen", ""))
            with self.server.lock:
                state = self.server.page.state()
            self.send(HTTPStatus.OK, "application/json", json.dumps(state).encode())
        else:
            self.nothing()

    def _wait(self, seen: str) -> None:
        """Return when the file is another than the one that was seen, or after a while."""
        until = time.monotonic() + WAIT
        while seen and self.server.page.stamp() in (seen, GONE) and time.monotonic() < until:
            time.sleep(LOOK)
