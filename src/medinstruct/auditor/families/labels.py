"""Labels: spelled one way, known to the card, there where they should be, and as many as the card says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medinstruct.auditor.finding import Hit, Where, of_corpus
from medinstruct.auditor.tally import KINDS, Tally, Use
from medinstruct.corpora.corpus import Measured
from medinstruct.tasks.facts import Attributes, Events, Labels, Relations, Spans

SEPARATORS = (";", "|", ",", "/", "+")
FEW = 3
"""Records that a split must have to miss something."""
RARE, TIMES = 3, 20
"""A label that is used so rarely, beside one like it that is used so many times as often, may be a typo."""


@of_corpus("A401", "White space around a label", "warning")
def has_blanks(tally: Tally) -> Iterator[Hit]:
    """A label begins or ends with white space, so that it is another one for a program and the same for a reader."""
    for kind, label, use in _all(tally):
        if label != label.strip():
            told = f", and {label.strip()!r} is one" if label.strip() in tally.labels[kind] else ""
            yield Hit(f"the {kind} {label!r} ({use.count:,}) has white space at its edge{told}", says=label,
                      repair="trim it", where=use.first)  # fmt: skip


def _all(tally: Tally) -> Iterator[tuple[str, str, Use]]:
    for kind, uses in sorted(tally.labels.items()):
        for label, use in sorted(uses.items()):
            yield kind, label, use


@of_corpus("A402", "A label that the card does not know", "note")
def is_unknown(tally: Tally) -> Iterator[Hit]:
    """A label of the release is none of those that the card of the corpus names, be it as asked for, as counted, or as
    left out.
    """
    for kind, known in known_labels(tally).items():
        if kind == "role":
            continue  # that is A307
        for label, use in sorted(tally.labels[kind].items()):
            if label not in known:
                yield Hit(f"the {kind} {label!r} ({use.count:,}) is none of the card's", says=label, where=use.first)


def known_labels(tally: Tally) -> dict[str, set[str]]:
    """By kind the labels that the card names; a kind of which it names none is left out."""
    known: dict[str, set[str]] = {}

    def name(kind: str, labels: Iterable[str]) -> None:
        known.setdefault(kind, set()).update(labels)

    for fact in tally.corpus.tasks.values():
        if isinstance(fact, Spans):
            name("type of mentions", fact.labels)
        elif isinstance(fact, Relations):
            name("type of relations", fact.labels)
        elif isinstance(fact, Events):
            name("type of events", fact.labels)
            name("role", fact.roles)
        elif isinstance(fact, Labels):
            name("label of passages" if fact.of == "passage" else "label of records", fact.labels)
        elif isinstance(fact, Attributes):
            name("name of attributes", (fact.name,))
    if "type of mentions" in known:
        for fact in tally.corpus.tasks.values():
            if isinstance(fact, Events):
                name("type of mentions", [*fact.labels, *fact.participants])
            elif isinstance(fact, Attributes):
                name("type of mentions", fact.types)
            elif isinstance(fact, Relations):
                name("type of mentions", [type for _, *sides in fact.products() for side in sides for type in side])
    known.pop("name of attributes", None)  # a card names those that are asked for, not all
    counted = [key for split in tally.corpus.splits.values() for key in split.counts]
    for key in (*counted, *tally.corpus.left_out):
        kind, colon, label = key.partition(":")
        if colon and (whole := COUNTED.get(kind, "")) in known:
            known[whole].add(label)
    return known


COUNTED = {"mentions": "type of mentions", "relations": "type of relations", "events": "type of events"}
"""What the counts of a card, and what it leaves out, are counts of."""


@of_corpus("A403", "A label that looks like another, frequent one", "warning")
def is_typo(tally: Tally) -> Iterator[Hit]:
    """A rare label that the card does not name differs from a frequent one in case, in white space, or in a letter or two."""
    named = known_labels(tally)
    for kind, uses in sorted(tally.labels.items()):
        total = sum(use.count for use in uses.values())
        for label, use in sorted(uses.items()):
            if use.count > max(RARE, total // 500) or label in named.get(kind, ()) or label != label.strip():
                continue
            near = [
                (other.count, name)
                for name, other in uses.items()
                if other.count >= TIMES * use.count and _alike(label, name)
            ]
            if near:
                yield Hit(f"the {kind} {label!r} ({use.count:,}) looks like {max(near)[1]!r} ({max(near)[0]:,})", says=label,
                          stands=max(near)[1], repair=f"{max(near)[1]!r}", where=use.first)  # fmt: skip


def _alike(one: str, other: str) -> bool:
    if one.casefold().split() == other.casefold().split():
        return True
    if sum(map(str.isalpha, one)) < 4 or any(map(str.isdigit, one + other)):
        return False
    return _distance(one.casefold(), other.casefold(), most=2) <= (2 if min(len(one), len(other)) >= 8 else 1)


def _distance(one: str, other: str, most: int) -> int:
    """Edits from one string to the other, two letters that changed places being one; `most` + 1 for more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        after = [i]
        for j, sign in enumerate(other, start=1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and sign == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        before, row = row, after
    return row[-1]


@of_corpus("A404", "A record without a label", "warning")
def is_unlabelled(tally: Tally) -> Iterator[Hit]:
    """Nineteen of twenty records of a split have a label, and this one has none."""
    missing: dict[str, list[Where]] = {}
    for where in tally.unlabelled:
        missing.setdefault(where.split, []).append(where)
    several = any(isinstance(fact, Labels) and fact.several for fact in tally.corpus.tasks.values())
    for split, places in missing.items():
        labelled = tally.counts[split]["labelled"]
        if labelled >= 19 * len(places) and not several:
            yield from (Hit(f"has no label, as {labelled:,} others of {split} have", where=where) for where in places)


@of_corpus("A405", "A label that is several", "warning")
def is_list(tally: Tally) -> Iterator[Hit]:
    """A label holds a separator, and what it parts are labels themselves."""
    for kind, label, use in _all(tally):
        for separator in SEPARATORS:
            parts = [part.strip() for part in label.split(separator)]
            if (
                len(parts) > 1
                and all(part in tally.labels[kind] for part in parts)
                and label not in known_labels(tally).get(kind, ())
            ):
                yield Hit(f"the {kind} {label!r} ({use.count:,}) is {len(parts)} labels", says=label,
                          repair=f"split it at {separator!r}", where=use.first)  # fmt: skip
                break


@of_corpus("A406", "A count that is not that of the card", "error")
def deviates(tally: Tally) -> Iterator[Hit]:
    """There are more or fewer records, annotations or labels than the card says. If two labels have each other's
    counts, their map is inverted.
    """
    for name, split in tally.corpus.splits.items() if tally.expected else ():
        counts = tally.counts.get(name)
        if counts is None:
            continue
        wanted = {key: each.count if isinstance(each, Measured) else each for key, each in split.counts.items()}
        for key, number in wanted.items():
            if counts[key] != number:
                twin = next((other for other in wanted if _swapped(key, other, wanted, counts)), "")
                yield Hit(f"{name}: {counts[key]:,} {key}, the card says {number:,}", says=f"{number}", stands=f"{counts[key]}",
                          cause=f"{key} and {twin} are swapped: the map of labels is inverted" if twin else "",
                          where=Where(name))  # fmt: skip


def _swapped(key: str, other: str, wanted: dict[str, int], counts: dict[str, int]) -> bool:
    return key != other and ":" in key and key.split(":")[0] == other.split(":")[0] \
        and wanted[key] == counts[other] and wanted[other] == counts[key]  # fmt: skip


@of_corpus("A407", "A split without what the others have", "warning")
def lacks_answers(tally: Tally) -> Iterator[Hit]:
    """One split has no annotation of a kind of which another one has many, and the card does not say that its answers
    are withheld: "not annotated" is not "nothing to find".
    """
    for kind in (*KINDS, "labelled"):
        most = max((counts[kind] for counts in tally.counts.values()), default=0)
        for split, counts in tally.counts.items():
            size = counts["documents"] + counts["items"]
            if size >= FEW and most >= 20 and not counts[kind] and not _withheld(tally, split):
                what = "labels" if kind == "labelled" else kind
                yield Hit(
                    f"{split} has {size:,} records and no {what}, another split has {most:,}",
                    where=tally.first_of(split),
                )


def _withheld(tally: Tally, split: str) -> bool:
    return split in tally.corpus.splits and bool(tally.corpus.splits[split].withheld)
