"""PGR: which human gene is associated with which phenotype in single sentences of abstracts, marked by tools and a
database; people looked at the test part alone (Sousa et al. 2019).
"""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Relations

SIDES = {"GENE": ("Gene", "NCBI Gene"), "PHENOTYPE": ("Phenotype", "HP")}
"""Type and vocabulary of what stands under each name of columns."""
RIGHT = "CONFIRMATION (CORRECT(C) | INCORRECT(I) | UNCERTAIN(U))"
"""The column of the test part in which people said whether they agree with `RELATION`."""
ENTITY = re.compile(r"&\w+;")


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield one Document per sentence with the pairs of its rows."""
    sentences: dict[tuple[str, str, str], list[Row]] = {}
    for file in files:
        part = "-".join(file.name.split("/")[-2:]).removesuffix(".tsv")
        for row in table.rows(file, delimiter="\t", quoting="none"):
            if isinstance(row, Broken):
                yield row
            else:
                sentences.setdefault((part, row["FILE_ID"], row["SENTENCE"]), []).append(row)
    drafts = (draft(f"{part}-{n}", rows) for n, ((part, _, _), rows) in enumerate(sentences.items()))
    yield from finish(drafts, repair)


def draft(id: str, rows: list[Row]) -> Draft | Broken:
    """A sentence; a pair of a gene and a phenotype in it is `True`, `False`, or `unlisted` where no row tells, or two
    rows disagree.
    """
    first = rows[0]
    mentions: dict[tuple[str, str, str], dict[str, Any]] = {}
    pairs: dict[tuple[str, str], set[str]] = {}
    try:
        for row in rows:
            gene, phenotype = (mention(row, side, mentions) for side in SIDES)
            holds = (row["RELATION"].lower() == "true") == (row.get(RIGHT, "C") == "C")
            pairs.setdefault((gene, phenotype), set()).add(str(holds))
    except (KeyError, ValueError) as error:
        return Broken(first.place, id, f"cannot be read: {error}")
    sides = [[m["id"] for m in mentions.values() if m["types"] == (type,)] for type, _ in SIDES.values()]
    relations = tuple(
        {
            "id": f"R{n}", "type": min(found) if len(found := pairs.get(pair, set())) == 1 else "unlisted",
            "arguments": ({"role": "gene", "ref": pair[0]}, {"role": "phenotype", "ref": pair[1]}),
        }
        for n, pair in enumerate(product(*sides), start=1)
    )  # fmt: skip
    marks = {"mentions": tuple(mentions.values()), "relations": relations}
    return Draft(
        first.place, {"id": id, "text": first["SENTENCE"], "identities": (f"pmid:{first['FILE_ID']}",), **marks}
    )


def mention(row: Row, side: str, mentions: dict[tuple[str, str, str], dict[str, Any]]) -> str:
    """The id of the gene or phenotype of a row, which is put among the mentions of the sentence."""
    start, end = row[f"{side}_START_POSITION"], row[f"{side}_END_POSITION"]
    type, vocabulary = SIDES[side]
    concept = {"vocabulary": vocabulary, "id": row[f"{side}_ID"].removeprefix("HP_")}
    fields = {"spans": ((int(start), int(end)),), "text": row[side], "types": (type,), "concepts": (concept,)}
    return str(mentions.setdefault((side, start, end), {"id": f"T{len(mentions) + 1}", **fields})["id"])


def without_entities(draft: Draft) -> str | None:
    """Write `<` for `&lt;`, and move what stands behind it."""
    text, moved, places = draft.fields["text"], 0, dict[int, int]()
    pieces, at = [], 0
    for found in ENTITY.finditer(text):
        pieces += [text[at : found.start()], html.unescape(found[0])]
        at = found.end()
        moved += len(found[0]) - len(pieces[-1])
        places[at] = moved
    if not moved:
        return None
    draft.fields["text"] = "".join([*pieces, text[at:]])
    for each in draft.fields["mentions"]:
        spans = tuple(
            tuple(p - max((by for end, by in places.items() if end <= p), default=0) for p in span)
            for span in each["spans"]
        )
        each |= {"spans": spans, "text": html.unescape(each["text"])}
    return f"{len(places)} entities of HTML written as the characters they stand for"


COMMIT = "1c89f1058992a556b1cf2f695ee6d0e74da5206b"
OLD, NEW = "10_12_2018_corpus", "11_03_2019_corpus"

corpus = Corpus(
    title="PGR, phenotype-gene relations (silver standard)",
    homepage="https://github.com/lasigeBioTM/PGR",
    citation=(
        "Sousa, Lamurias & Couto 2019, A silver standard corpus of human phenotype-gene relations, NAACL 2019:1487-1492, "
        "doi:10.18653/v1/N19-1152"
    ),
    license=License("apache-2.0", "LICENSE of the authors' repository; texts of PubMed"),
    # A gene "AA" that does not stand in its sentence breaks one in each train part. People found 67 of the 77 rows `TRUE` of the test
    # part correct, the paper's 87.01 %, and 85 of those `FALSE` incorrect. The second corpus was made with another query, and shares
    # 45 abstracts with the test part of the first.
    splits={
        "train": Split("train", (f"{OLD}/train.tsv",),
            {"documents": 2108, "relations:True": 1431, "relations:False": 2610, "repaired": 81, "broken": 1},
        ),
        "train-2019": Split("train", (f"{NEW}/train.tsv",),
            {"documents": 3810, "relations:True": 2477, "relations:False": 5474, "repaired": 156, "broken": 1},
        ),
        "test": Split("test", (f"{OLD}/test.tsv",),
            {"documents": 199, "relations:True": 149, "relations:False": 66, "relations:unlisted": 10, "repaired": 6, "broken": 0},
        ),
    },
    # Not `ner`: tools marked the mentions.
    tasks={
        "re": Relations(
            labels={"True": "is associated with", "False": None}, arguments={"True": (("Gene",), ("Phenotype",))},
            none="is not associated with", question="Is the gene associated with the phenotype, according to the sentence?",
        )
    },
    read=read,
    repair=without_entities,
    downloads=(Download(f"https://github.com/lasigeBioTM/PGR/archive/{COMMIT}.zip", f"PGR-{COMMIT}.zip"),),
    left_out={
        "concepts": "tools and a database linked the mentions, nobody looked at them",
        "relations:unlisted": "pairs that no row tells of, or two rows tell differently",
    },
    verified={"train": "4c932b3d79147c83", "train-2019": "e3b467f24ce87d60", "test": "645f0c8cf6db4bf6"},
)  # fmt: skip
