"""The examples of a page of the documentation, run in their order as a reader would.

A block of `sh` is run, a block of `python` too, each in the page's own folder. A comment before a block says what else it is:

    <!-- file: mine.yaml -->          what the reader writes into a file
    <!-- not run: needs a GPU -->     why it cannot be run here
    <!-- ends with 1 -->              the exit code that is meant

What a page takes for granted (files of the reader's, a build of last week's) is made by a comment that no reader sees:

    <!-- setup
    medinstruct build quickstart --data DIR --out builds/v1
    -->

A block of `text` after one that was run is what the reader sees: its lines, in their order, each whole or around a `…`, stand in the output.
`DIR` is the folder of data: here that of the bundled samples, which is laid out like one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "src/medinstruct/corpora/samples"
FENCE = re.compile(
    r"^<!-- setup\n(?P<setup>.*?)^-->$"
    r"|(?:^<!-- (?P<note>[^\n]+?) -->\n+)?^(?P<fence>`{3,})(?P<language>[a-z]*)[^\n]*\n(?P<body>.*?)^(?P=fence)$", re.M | re.S,
)  # fmt: skip


LONGEST = 600
"""Seconds that a block may take."""


@dataclass(frozen=True)
class Block:
    """A block of code of a page."""

    language: str
    note: str
    body: str
    line: int

    @property
    def file(self) -> str:
        return self.note.removeprefix("file: ") if self.note.startswith("file: ") else ""

    @property
    def not_run(self) -> str:
        return self.note.removeprefix("not run: ") if self.note.startswith("not run: ") else ""

    @property
    def code(self) -> int:
        return int(self.note.removeprefix("ends with ")) if self.note.startswith("ends with ") else 0


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["language"] or "", found["note"] or "", found["body"], line)
        if found["setup"] is None
        else Block("sh", "", found["setup"], line)
        for found in FENCE.finditer(text)
        for line in [text.count("\n", 0, found.start()) + 1]
    ]


def run(
    page: Path, folder: Path, environment: dict[str, str] | None = None, python: str = sys.executable
) -> Iterator[str]:
    """Run the examples of a page in a folder, and yield what is wrong with each that does not do what the page says."""
    said, exported = "", folder.parent / f"{page.stem}.environment"
    for block in blocks(page):
        body = re.sub(r"\bDIR\b", str(SAMPLES), block.body)
        if block.not_run:
            said = ""
        elif block.file:
            path = folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
        elif block.language in ("sh", "python"):
            kept = f"{body}\nenv -0 > '{exported}'\n"  # what is exported or activated holds for the blocks that follow
            command = ["bash", "-e", "-o", "pipefail", "-c", kept] if block.language == "sh" else [python, "-c", body]
            done = subprocess.run(
                command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                timeout=LONGEST,
            )  # fmt: skip
            said = done.stdout
            if exported.exists():
                lines = exported.read_text(encoding="utf-8", errors="surrogateescape").split("\0")
                environment = dict(line.split("=", 1) for line in lines if "=" in line)
                exported.unlink()
            if done.returncode != block.code:
                yield f"{page.name}:{block.line}: ends with {done.returncode}:\n{body}\n{said[-2000:]}"
        elif block.language == "text" and (missing := _missing(block.body, said)):
            yield f"{page.name}:{block.line}: {missing!r} is not in the output:\n{said[-2000:]}"


def _missing(shown: str, said: str) -> str:
    """The first line of what is shown that the output does not hold behind the lines before it; empty if there is none."""
    at = 0
    for line in filter(str.strip, shown.split("\n")):
        for piece in (piece.strip() for piece in line.split("…")):
            found = said.find(piece, at)
            if found < 0:
                return line
            at = found + len(piece)
    return ""


def environment(home: Path, hub: str, token: str) -> dict[str, str]:
    """A reader's: commands of this environment, a home of its own, nobody's data, a Hub on this machine."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR", "PYTHONPATH") if name in os.environ}
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return {
        **kept,
        "PATH": path,
        "HOME": str(home),
        "COLUMNS": "200",
        "HF_ENDPOINT": hub,
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_XET": "1",
    }
