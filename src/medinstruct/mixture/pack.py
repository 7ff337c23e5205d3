"""A benchmark's test parts as numbers in a file: what guards against it where its texts are not at hand.

A pack holds fingerprints of identities and one hash in eight of the runs of 13 words; all of them would give the texts away
to whoever guesses word by word. It is a line that says what it is, a line of JSON, and 64-bit numbers, little end first:

    medinstruct pack 1
    {"benchmark": "medqa", "sections": [{"corpus": "medqa-us", "split": "test", "prints": 1273, "runs": 16022, …}]}
    <prints of the first section, sorted> <its runs, sorted> <prints of the second> …

Which runs are kept depends on their hashes alone, so a copy keeps the same ones. The bytes depend on the texts alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medinstruct.errors import FormatError, Place
from medinstruct.mixture.signature import Signature, without_boilerplate
from medinstruct.text.grams import Hashes

MAGIC = b"medinstruct pack 1\n"
ONE_IN = 8
MAX_HEAD = 1 << 20


@dataclass(frozen=True)
class Section:
    """The test part of one corpus."""

    corpus: str
    split: str
    license: str
    records: int
    prints: Hashes
    runs: Hashes

    @property
    def name(self) -> str:
        return f"{self.corpus}/{self.split}"

    @property
    def signature(self) -> Signature:
        """All of the section as one document."""
        none, numbers = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        return Signature(
            [f"{self.name} (packed)"], self.prints, np.zeros(len(self.prints), dtype=np.int64), none, none, numbers, numbers,
            self.runs, np.zeros(len(self.runs), dtype=np.int64), none, numbers, numbers, none, numbers, numbers,
        )  # fmt: skip


def section(signature: Signature, corpus: str, split: str, license: str) -> Section:
    """Return what a pack keeps of a signature."""
    clean = without_boilerplate(signature)
    runs = np.unique(clean.runs)
    return Section(
        corpus, split, license, len(clean.documents), np.unique(clean.prints), runs[runs % np.uint64(ONE_IN) == 0]
    )


def to_bytes(benchmark: str, sections: Sequence[Section]) -> bytes:
    """Return the bytes of a pack."""
    head = {
        "benchmark": benchmark, "one_run_in": ONE_IN,
        "sections": [
            {"corpus": s.corpus, "split": s.split, "license": s.license, "records": s.records, "prints": len(s.prints), "runs": len(s.runs)}
            for s in sections
        ],
    }  # fmt: skip
    arrays = [array.astype("<u8").tobytes() for s in sections for array in (s.prints, s.runs)]
    return b"".join([MAGIC, json.dumps(head, ensure_ascii=True).encode(), b"\n", *arrays])


def read(path: Path) -> list[Section]:
    """Return the sections of a pack.

    Raises:
        FormatError: if it is none, or cut off.
    """
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise FormatError(
            "is no pack of this version", where=Place(str(path), 1), next="make it with `medinstruct pack`"
        )
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + MAX_HEAD)
    try:
        head = json.loads(data[len(MAGIC) : end])
        stated = [
            (str(s["corpus"]), str(s["split"]), str(s["license"]), int(s["records"]), int(s["prints"]), int(s["runs"]))
            for s in head["sections"]
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FormatError(
            f"its second line does not say what it holds: {error!r}", where=Place(str(path), 2)
        ) from error
    body = data[end + 1 :]
    if any(prints < 0 or runs < 0 for *_, prints, runs in stated) or len(body) != 8 * sum(
        prints + runs for *_, prints, runs in stated
    ):
        raise FormatError(
            f"holds {len(body):,} bytes of numbers, not what its second line says", where=Place(str(path), 3)
        )
    numbers = np.frombuffer(body, dtype="<u8").astype(np.uint64)
    sections, at = [], 0
    for corpus, split, license, records, prints, runs in stated:
        middle, last = at + prints, at + prints + runs
        sections.append(Section(corpus, split, license, records, numbers[at:middle], numbers[middle:last]))
        at = last
    return sections
