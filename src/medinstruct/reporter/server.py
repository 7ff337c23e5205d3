"""A page on loopback that can ask for every row that it may show: its text in full, and a search in the texts of all of them.

    GET /<key>/             the page
    GET /<key>/row?at=7     a row in full, as JSON; nothing of one under agreement
    GET /<key>/find?q=…     the places of the rows whose messages hold some words, as JSON

Nothing else is there, and whoever asks must know the key (`medinstruct.loopback`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import numpy as np
import pyarrow.compute as pc

from medinstruct import loopback
from medinstruct.artefact import Build, Rows
from medinstruct.reporter.light import BATCH, Light
from medinstruct.reporter.packing import dumped
from medinstruct.reporter.shown import show

MOST_WORDS = 200
"""Characters of what is searched for."""


class Server(loopback.Server):
    """The page of a build, on loopback."""

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
        self.shards = {split: [Rows([file]) for file in rows.files] for split, rows in build.items()}
        super().__init__(_Handler, port)

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


class _Handler(loopback.Handler):
    server: Server

    def respond(self, path: str, query: Mapping[str, str]) -> None:
        match path:
            case "":
                self.send(HTTPStatus.OK, "text/html", self.server.html)
            case "row" if query.get("at", "").isdecimal() and len(query["at"]) < 12:
                self._tell(self.server.row(int(query["at"])))
            case "find":
                self._tell(self.server.find(query.get("q", "")))
            case _:
                self.nothing()

    def _tell(self, value: Any) -> None:
        status = HTTPStatus.NOT_FOUND if value is None else HTTPStatus.OK
        self.send(status, "application/json", dumped(value).encode())
