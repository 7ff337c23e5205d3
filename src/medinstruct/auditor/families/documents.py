"""Records that are there more than once, in one split or in two, and what is said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from medinstruct.auditor.finding import Hit, of_corpus
from medinstruct.auditor.tally import Row, Tally

SHOWN = 3


@of_corpus("A501", "Two records of a split have one id", "warning")
def shares_id(tally: Tally) -> Iterator[Hit]:
    """Two records of one split have the same id: a document that is there twice, or one record for each passage."""
    for rows in _alike(tally, lambda row: (row.where.split, row.where.document)):
        same = "the same text" if len({row.text for row in rows}) == 1 else "other texts"
        for row in rows[1:]:
            yield Hit(f"the id {row.where.document} is there {len(rows)} times in {row.where.split}, with {same}; first at "
                      f"{_place(rows[0])}", where=row.where)  # fmt: skip


def _alike(tally: Tally, key: Callable[[Row], object]) -> Iterator[list[Row]]:
    """Yield the rows that have one key, where there are several; rows whose key is false are passed over."""
    groups: dict[object, list[Row]] = defaultdict(list)
    for row in tally.rows:
        if found := key(row):
            groups[found].append(row)
    yield from (rows for rows in groups.values() if len(rows) > 1)


def _place(row: Row) -> str:
    return f"{row.where.file}:{row.where.line}" if row.where.line else row.where.file or row.where.document


@of_corpus("A502", "A text is there twice in a part", "warning")
def repeats_text(tally: Tally) -> Iterator[Hit]:
    """Two records of one split, or of two that are both train or both test, have different ids and the same text, and
    the same is asked of it.
    """
    for rows in _alike(tally, lambda row: row.ask and (tally.role(row.where.split), row.ask)):
        first = rows[0]
        for row in rows[1:]:
            if row.where.document != first.where.document:
                what = f"{row.where.document} {_how(row)} {first.where.document} ({_place(first)})"
                yield Hit(what, where=row.where)


def _how(row: Row) -> str:
    return "asks the same of the same text as" if row.is_item else "has the text of"


@of_corpus("A503", "A record of one split stands in another", "warning")
def leaks(tally: Tally) -> Iterator[Hit]:
    """A record of a test or validation part has the same text, asked the same, as one of another part."""
    yield from _across(tally, lambda row: row.ask, lambda one, two: True)


@of_corpus("A504", "A text of one split stands in another, asked otherwise", "note")
def shares_text(tally: Tally) -> Iterator[Hit]:
    """Records of two parts have the same text, of which different things are asked: whoever learned the one knows what
    the other is about.
    """
    yield from _across(tally, lambda row: row.text, lambda one, two: one.ask != two.ask)


@of_corpus("A505", "An article of one split stands in another", "note")
def shares_article(tally: Tally) -> Iterator[Hit]:
    """Records of two parts have the same PMID, PMCID or DOI, though not the same text: two sentences of one abstract."""
    seen: dict[str, Row] = {}
    for row in tally.rows:
        for identity in row.identities:
            other = seen.setdefault(identity, row)
            if tally.role(other.where.split) != tally.role(row.where.split) and other.text != row.text:
                yield Hit(f"is of {identity}, as {other.where.document} of {other.where.split}", where=row.where)
                break


def _across(tally: Tally, key: Callable[[Row], int], fits: Callable[[Row, Row], bool]) -> Iterator[Hit]:
    """Yield the records of later splits whose key a record of an earlier one with another role has."""
    seen: dict[int, Row] = {}
    for row in tally.rows:
        if not (found := key(row)):
            continue
        other = seen.setdefault(found, row)
        if tally.role(other.where.split) != tally.role(row.where.split) and fits(other, row):
            how = _how(row) if row.ask == other.ask else "has the text of"
            what = f"{row.where.document} of {row.where.split} {how} {other.where.document} of {other.where.split}"
            yield Hit(what, where=row.where)


@of_corpus("A506", "One article under two ids", "note")
def renames(tally: Tally) -> Iterator[Hit]:
    """Two records of one split have the same PMID, PMCID or DOI and ids that do not say so. Where a corpus has a record
    for each sentence this is so throughout, and not told.
    """
    shared = list(
        _alike(tally, lambda row: not row.is_item and row.identities and (row.where.split, row.identities[0]))
    )
    if len(shared) > max(20, len(tally.rows) // 50):
        return
    for rows in shared:
        number = rows[0].identities[0].rpartition(":")[2].removeprefix("PMC")
        if len({row.where.document for row in rows}) > 1 and not all(number in row.where.document for row in rows):
            names = ", ".join(dict.fromkeys(row.where.document for row in rows[:SHOWN]))
            yield Hit(f"{rows[0].identities[0]} has {len(rows)} records: {names}", where=rows[1].where)


@of_corpus("A507", "The same text with another answer", "warning")
def contradicts(tally: Tally) -> Iterator[Hit]:
    """Two records have the same text, the same is asked of it, and the answers differ: labels, right options, scores."""
    for rows in _alike(tally, lambda row: row.answer and row.ask):
        first = rows[0]
        for row in rows[1:]:
            if row.answer != first.answer:
                yield Hit(f"{row.where.document} says {row.answer!r}, {first.where.document} of {first.where.split} with the same "
                          f"text {first.answer!r}", says=row.answer, stands=first.answer, where=row.where)  # fmt: skip


@of_corpus("A508", "A text is annotated otherwise in its twin", "warning")
def differs_from_twin(tally: Tally) -> Iterator[Hit]:
    """Two documents have the same text, and mentions are marked in one that are not marked in the other. Not looked for
    where the card says that not all mentions are marked.
    """
    if not tally.is_complete:
        return
    for rows in _alike(tally, lambda row: row.text if row.marks or not row.answer else 0):
        first = rows[0]
        for row in rows[1:]:
            if row.marks != first.marks and (row.marks or first.marks):
                more, less = _without(row.marks, first.marks), _without(first.marks, row.marks)
                told = "".join(
                    f"; only {at}: {_some(marks)}" for at, marks in (("here", more), ("there", less)) if marks
                )
                what = f"{row.where.document} has the text of {first.where.document} ({first.where.split}){told}"
                yield Hit(what, where=row.where)


def _without(marks: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    return list((Counter(marks) - Counter(others)).elements())


def _some(marks: list[str]) -> str:
    return ", ".join(marks[:SHOWN]) + (f" and {len(marks) - SHOWN} more" if len(marks) > SHOWN else "")
