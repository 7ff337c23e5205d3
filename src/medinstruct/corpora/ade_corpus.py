"""ADE corpus: sentences of case reports that tell, or do not tell, of harm done by a drug, and which drug did which
(Gurulingappa et al. 2012).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.errors import Place
from medinstruct.formats import table
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import Row, lines_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels, Relations, Spans

NEGATIVE = re.compile(r"(\d+) NEG (.+)")
COLUMNS = ("pmid", "sentence", "thing", "thing start", "thing end", "drug", "drug start", "drug end")
PAIRS = {"DRUG-AE.rel": ("Adverse-Effect", "Drug"), "DRUG-DOSE.rel": ("Dose", "Dosed-Drug")}
"""What a row of a file names, in our words where the release has none: a drug is of another type where its dose is told."""


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the sentences with an adverse effect, each with the rows of both its files, then those without one."""
    return finish(number(drafts(list(files))), repair)


def drafts(files: list[File]) -> Iterator[Draft | Broken]:
    rows: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for kind, file in ((kind, file) for kind in PAIRS for file in files if file.name.endswith(kind)):
        for row in table.rows(file, delimiter="|", quoting="none", columns=COLUMNS):
            if isinstance(row, Broken):
                yield row
            else:
                rows.setdefault((row["pmid"], row["sentence"]), []).append((kind, row))
    yield from (positive(pmid, sentence, found) for (pmid, sentence), found in rows.items())
    yield from (draft for file in files if file.name.endswith("ADE-NEG.txt") for draft in negatives(file))


def positive(pmid: str, sentence: str, rows: list[tuple[str, Row]]) -> Draft | Broken:
    """A sentence with its mentions. Offsets count from the beginning of an abstract that is not given, so that the
    sentence begins where all its strings stand at their offsets.
    """
    place = rows[0][1].place
    try:
        named = [(kind, [(row[what], int(row[f"{what} start"])) for what in ("thing", "drug")]) for kind, row in rows]
    except ValueError as error:
        return Broken(place, pmid, f"an offset is no number: {error}")
    begins = [
        {offset - found.start() for found in re.finditer(f"(?={re.escape(string)})", sentence)}
        for _, pair in named
        for string, offset in pair
    ]
    if len(start := set.intersection(*begins)) != 1:
        return Broken(place, pmid, f"{len(start)} beginnings of the sentence agree with the offsets of its rows")
    [first] = start
    mentions: dict[tuple[int, int], dict[str, Any]] = {}
    relations: list[dict[str, Any]] = []
    for kind, pair in named:
        ids = []
        for (string, offset), type in zip(pair, PAIRS[kind]):
            span = (offset - first, offset - first + len(string))
            mention = mentions.setdefault(
                span, {"id": f"T{len(mentions) + 1}", "spans": (span,), "text": string, "types": ()}
            )
            mention["types"] = tuple(dict.fromkeys((*mention["types"], type)))
            ids.append(mention["id"])
        arguments = ({"role": "Drug", "ref": ids[1]}, {"role": PAIRS[kind][0], "ref": ids[0]})
        relations.append({"id": f"R{len(relations) + 1}", "type": kind.removesuffix(".rel"), "arguments": arguments})
    marks = {"mentions": tuple(mentions.values()), "relations": tuple(relations), "labels": ("AE",)}
    return Draft(place, {"id": pmid, "text": sentence, "identities": (f"pmid:{pmid}",), **marks})


def negatives(file: File) -> Iterator[Draft | Broken]:
    """The sentences of `ADE-NEG.txt`, such as `96100001 NEG Tolamex was well borne.`"""
    lines, undecoded = lines_of(file)
    for count, line in enumerate(lines, start=1):
        place, found = Place(file.name, count), NEGATIVE.fullmatch(line)
        if count in undecoded:
            yield Broken(place, "", undecoded[count])
        elif found:
            fields = {"id": found[1], "text": found[2], "labels": ("NEG",), "identities": (f"pmid:{found[1]}",)}
            yield Draft(place, fields)
        elif line:
            yield Broken(place, "", f"not a PMID, NEG and a sentence: {line[:80]!r}")


def number(found: Iterable[Draft | Broken]) -> Iterator[Draft | Broken]:
    """Call the sentences of an abstract by its PMID and their number, as they come: 96100001-2."""
    counts = Counter[str]()
    for draft in found:
        if isinstance(draft, Draft):
            pmid = draft.fields["id"]
            counts[pmid] += 1
            draft.fields["id"] = f"{pmid}-{counts[pmid]}"
        yield draft


corpus = Corpus(
    title="ADE corpus, version 2",
    homepage="https://sites.google.com/site/adecorpus/home",
    citation=(
        "Gurulingappa, Mateen-Rajput, Roberts, Fluck, Hofmann-Apitius & Toldo 2012, Development of a benchmark corpus to support the "
        "automatic extraction of drug-related adverse effects from medical case reports, J Biomed Inform 45:885-892, "
        "doi:10.1016/j.jbi.2012.04.008"
    ),
    license=License("unknown", "neither the release nor the BigBIO card states one"),
    version="2",
    # There is no official split. 6,821 and 279 relations and 16,695 sentences without an effect are those of the readme; seven of
    # these stand twice.
    splits={
        "train": Split("train", ("DRUG-AE.rel", "DRUG-DOSE.rel", "ADE-NEG.txt"),
            {"documents": 20967, "labels:AE": 4272, "labels:NEG": 16695, "relations:DRUG-AE": 6821, "relations:DRUG-DOSE": 279, "broken": 0},
        )
    },
    # Drugs and doses are marked where a sentence tells of harm, and then those alone that have to do with it.
    tasks={
        "ner": Spans(
            labels={"Adverse-Effect": "Adverse drug event", "Drug": "Drug with an adverse effect"},
            question="Which drugs are said to have done harm, and what harm?",
        ),
        "ner-dose": Spans(
            labels={"Dose": "Dose with an adverse effect"}, question="At which doses is a drug said to have done harm?",
        ),
        "re": Relations(
            labels={"DRUG-AE": "has the adverse effect"}, arguments={"DRUG-AE": (("Drug",), ("Adverse-Effect",))},
            none="does not have the adverse effect", question="Did the drug bring about the adverse effect, according to the text?",
        ),
        "re-dose": Relations(
            labels={"DRUG-DOSE": "has an adverse effect at a dose of"}, arguments={"DRUG-DOSE": (("Dosed-Drug",), ("Dose",))},
            none="is given at another dose than", question="Is this the dose at which the drug had its adverse effect?",
        ),
        "dc": Labels(
            labels={"AE": "an adverse effect of a drug", "NEG": "no adverse effect of a drug"}, negative="NEG",
            question="Does the sentence tell of an adverse effect of a drug?",
        ),
    },
    read=read,
    obtain="from the page of the corpus, or https://github.com/trunghlt/AdverseDrugReaction, folder ADE-Corpus-V2",
    verified={"train": "d51cb8c62a0f4f1a"},
)  # fmt: skip
