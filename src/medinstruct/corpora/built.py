"""A build of generated instructions as a corpus, so that a recipe can mix it in: `- {artefact: builds/bio, weight: 1}`.

Its rows are read back into what they were made from, an instruction, perhaps an input, and an output, and are then asked, worded, guarded and drawn
like those of any corpus. Their terms are those that the build states, and never freer than its rows say.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medinstruct import artefact, license
from medinstruct.artefact import Build
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Item
from medinstruct.errors import MedinstructError, Place
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.license import TERMS, License
from medinstruct.source import File
from medinstruct.tasks import Texts

PREFIX = "artefact:"
"""How the name of such a corpus begins where corpora are named; its folder follows."""
TYPE = "text_generation"
COLUMNS = ["document", "groups", "type", "example", "gold"]


@dataclass(frozen=True, kw_only=True)
class Built(Corpus):
    """A build as a corpus; its files are where the recipe says."""

    path: Path

    def find(self, data: Path | None = None, *, samples: bool = False, download: bool = False) -> Path | None:
        """Return the folder of the build, whatever data is given; there is no sample of it."""
        return None if samples else self.path


def load(folder: str) -> Built:
    """Return the corpus that a build is.

    Raises:
        NotFound: if the folder holds no build.
        MedinstructError: if its rows are no generated instructions, or are under several names.
    """
    build = artefact.load(folder)
    id = build.manifest["recipe"]
    if "generated" not in build.manifest or id not in build.manifest["corpora"]:
        raise MedinstructError("holds no generated instructions", where=folder,
                               next="of another build, take the entries of its recipe")  # fmt: skip
    with artefact.reading(build.folder / "manifest.json"):
        stated = build.manifest["corpora"][id]
        return Built(
            id=id, path=build.folder, title=stated["title"], homepage=stated.get("homepage", ""), citation=stated["citation"],
            license=terms(build), version=stated["version"],
            splits={"train": Split("train", ("data/train-*.parquet",), {"items": sum(build.manifest["rows"].values())})},
            tasks={"gen": Texts()}, languages=tuple(stated["languages"]), read=read,
            obtain=f"make it again: medinstruct generate --out {folder}",
        )  # fmt: skip


def terms(build: Build) -> License:
    """Return the one license that asks for all that rows and manifest ask for; `unknown`, which stays, where there is none."""
    found = {corpus["license"] for corpus in build.manifest["corpora"].values()}
    found |= {id for _, batch in build["train"].batches(["license"]) for id in batch["license"].unique().to_pylist()}
    ids = sorted(id if id in TERMS else "unknown" for id in found)
    for id in (id for id in ids if license.together([id]) & license.STAYS):
        return License(id, f"the strictest of {', '.join(ids)}")
    allowed = license.verdict({id: id for id in ids}).license
    whole = [id for id in (*ids, allowed) if id in TERMS and license.together([id]) >= license.together(ids)]
    if allowed is None or not whole:
        return License("unknown", f"{' and '.join(ids)} together, which no one license says")
    return License(whole[0], build.manifest["corpora"][build.manifest["recipe"]].get("stated", ""))


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield an Item per row of text generation."""
    return finish(_drafts(files), repair)


def _drafts(files: Iterable[File]) -> Iterator[Draft | Broken]:
    for file in files:
        with artefact.reading(Path(file.name)):
            rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(file.data), columns=COLUMNS).to_pylist()
        for n, row in enumerate(rows, 1):
            yield _draft(row, Place(file.name, n))


def _draft(row: dict[str, Any], place: Place) -> Draft | Broken:
    if row["type"] != TYPE:
        return Broken(place, str(row["document"]), f"is a row of {row['type']}, not of {TYPE}")
    try:
        asked, gold = json.loads(row["example"]), json.loads(row["gold"])
        texts = {str(name): str(text) for name, text in asked.get("texts", {}).items()}
        facts = {"id": row["document"], "texts": texts, "question": str(asked.get("instruction", "")),
                 "references": tuple(map(str, gold["references"])), "identities": tuple(row["groups"] or ())}  # fmt: skip
    except (ValueError, LookupError, TypeError, AttributeError, pa.ArrowException) as error:
        return Broken(place, str(row["document"]), f"is no generated instruction: {error}")
    return Draft(place, facts, kind=Item)
