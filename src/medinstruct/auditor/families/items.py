"""Questions, pairs and scores: is the answer one, and is it among what is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from medinstruct.auditor.finding import Hit, Where, of_corpus, of_file, of_record
from medinstruct.auditor.raw import loaded
from medinstruct.auditor.sighting import Seen
from medinstruct.auditor.tally import Tally
from medinstruct.source import File
from medinstruct.tasks.facts import Score

NOTHING = {"", "<noinput>", "<nooutput>", "n/a", "nan", "none", "null", "-", "[]", "no_match"}
"""What stands for an answer where there is none."""
NEAR = 24
"""Characters by which an answer is looked for beside its place."""


def _texts(seen: Seen) -> dict[str, str]:
    return dict(seen.fields.get("texts", {}))


@of_record("A601", "The right answer is none of the options")
def answers_outside(seen: Seen) -> Iterator[Hit]:
    """The place of a right answer lies outside the options of its question."""
    options = seen.fields.get("options", ())
    for answer in seen.fields.get("answers", ()):
        if not 0 <= answer < len(options):
            cause = f"places are counted from 1 ({len(options)} options)" if answer == len(options) > 0 else ""
            yield Hit(
                f"answer {answer} is none of the {len(options)} options, counted from 0", says=str(answer), cause=cause
            )


@of_record("A602", "An option is there twice", "warning")
def repeats_option(seen: Seen) -> Iterator[Hit]:
    """Two options of a question are the same but for case and blanks; one of them right is an error, since nobody can
    know which.
    """
    options, right = seen.fields.get("options", ()), set(seen.fields.get("answers", ()))
    counts = Counter(" ".join(str(option).casefold().split()) for option in options)
    for option, count in counts.items():
        if count > 1:
            places = [at for at, other in enumerate(options) if " ".join(str(other).casefold().split()) == option]
            told = "; one of them is right" if right & set(places) and not set(places) <= right else ""
            yield Hit(f"the options {', '.join(map(str, places))} are all {option!r}{told}", says=option)


@of_record("A603", "An empty option", "warning")
def has_empty_option(seen: Seen) -> Iterator[Hit]:
    """An option of a question has no text."""
    for at, option in enumerate(seen.fields.get("options", ())):
        if not str(option).strip():
            yield Hit(f"option {at} is empty")


@of_record("A604", "An answer that says nothing", "warning")
def answers_nothing(seen: Seen) -> Iterator[Hit]:
    """A reference answer is empty, or one of the signs that stand for nothing (`<noinput>`, `N/A`, `nan`)."""
    for at, reference in enumerate(seen.fields.get("references", ())):
        if str(reference).strip().casefold() in NOTHING:
            yield Hit(f"answer {at} is {reference!r}", says=str(reference))


@of_corpus("A605", "A question without an answer")
def lacks_answer(tally: Tally) -> Iterator[Hit]:
    """Most questions of a split have a right option, a score or a reference, and this one has none."""
    for (split, kind), places in tally.unanswered.items():
        if (answered := tally.counts[split][kind]) > len(places):
            yield from (Hit(f"has no {kind}, as {answered:,} others of {split} have", where=where) for where in places)


@of_record("A606", "A text or a question is empty", "warning")
def is_empty(seen: Seen) -> Iterator[Hit]:
    """A record has nothing to ask about: no text and no question, or a text that is empty."""
    if not seen.is_item:
        if "text" in seen.fields and not seen.text.strip():
            yield Hit("the text is empty")
        return
    texts = _texts(seen)
    for name, text in texts.items():
        if text.strip().casefold() in NOTHING - {"-", "none"}:
            yield Hit(f"the text {name!r} is {text!r}", says=text)
    if not texts and not str(seen.fields.get("question", "")).strip():
        yield Hit("there is neither a text nor a question")


@of_record("A607", "A score off its scale")
def is_off_scale(seen: Seen) -> Iterator[Hit]:
    """A score lies outside the scale that the card gives."""
    score = seen.fields.get("score")
    for fact in seen.facts.values():
        if isinstance(fact, Score) and score is not None and not fact.low <= score <= fact.high:
            yield Hit(f"the score is {score}, the scale {fact.low:g} to {fact.high:g}", says=str(score))


@of_file("A608", "An answer is not in its text", "error")
def is_not_in_text(file: File) -> Iterator[Hit]:
    """In JSON as SQuAD has it, an answer is not what stands at its `answer_start` in its `context`."""
    if file.suffix not in (".json", ".jsonl") or b'"answer_start"' not in file.data:
        return
    for id, context, answers in _extracts(file):
        for answer, start in answers:
            if context[start : start + len(answer)] != answer:
                yield _misplaced(context, answer, start, Where(file=file.name, document=id))


def _extracts(file: File) -> Iterator[tuple[str, str, list[tuple[str, int]]]]:
    """Id, text and answers (string, start) of each question of a file."""
    waiting: list[tuple[str, Any]] = [("", value) for value in loaded(file)]
    while waiting:
        context, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(context, each) for each in reversed(value)]
        elif isinstance(value, dict):
            context = value["context"] if isinstance(value.get("context"), str) else context
            if context and (answers := list(_answers(value.get("answers")))):
                yield str(value.get("id", "")), context, answers
            waiting += [(context, each) for each in reversed(value.values()) if isinstance(each, list | dict)]


def _answers(value: Any) -> Iterator[tuple[str, int]]:
    """The answers of a question, be they a list of pairs or a pair of lists."""
    if isinstance(value, dict) and isinstance(value.get("text"), list) and isinstance(value.get("answer_start"), list):
        value = [{"text": text, "answer_start": start} for text, start in zip(value["text"], value["answer_start"])]
    for answer in value if isinstance(value, list) else ():
        if (
            isinstance(answer, dict)
            and isinstance(answer.get("text"), str)
            and isinstance(answer.get("answer_start"), int)
        ):
            yield answer["text"], answer["answer_start"]


def _misplaced(text: str, answer: str, start: int, where: Where) -> Hit:
    stands = text[start : start + len(answer)]
    what, cause, repair = f"the answer is {answer!r}, but text[{start}:{start + len(answer)}] is {stands!r}", "", ""
    trimmed = answer.strip()
    if trimmed != answer and text.startswith(trimmed, start):
        cause, repair = "the answer has white space at its edges that its place leaves out", "trim it"
    elif (near := text.find(answer, max(start - NEAR, 0), start + len(answer) + NEAR)) >= 0:
        what += f"; it stands {near - start:+d} characters further"
    elif answer not in text:
        what += "; it stands nowhere in the text"
    return Hit(what, says=answer, stands=stands, cause=cause, repair=repair, where=where)


@of_corpus("A609", "Questions with another number of options", "note")
def differs_in_options(tally: Tally) -> Iterator[Hit]:
    """The questions of a corpus have one number of options or another. Where several options may be right, or there are
    more than two such numbers, each question has a list of its own, and nothing is told.
    """
    counts = Counter({n: len(rows) for n, rows in tally.options.items() if n})
    if len(counts) != 2 or _has_several(tally):
        return
    (usual, number), (count, others) = counts.most_common()
    where = tally.options[count][0]
    yield Hit(
        f"{others:,} questions have {count} options, {number:,} have {usual}; first {where.document}", where=where
    )


@of_corpus("A610", "Right answers stand at few places", "note")
def is_lopsided(tally: Tally) -> Iterator[Hit]:
    """A place of the options is never right, where by chance it would be ten times or more: keys may be counted from 1
    and read from 0, or options were never shuffled. Not told where several options may be right.
    """
    if _has_several(tally):
        return
    for (split, size), places in sorted(tally.places.items()):
        total = sum(places.values())
        never = [place for place in range(size) if not places[place]]
        if size > 1 and never and total >= CHANCE * size:
            told = ", ".join(map(str, never))
            what = f"in {total:,} questions of {split} with {size} options the right one is never at {told} (from 0)"
            yield Hit(what, where=tally.first_of(split))


CHANCE = 10
"""How often a place would have to be right by chance to say that it never is."""


def _has_several(tally: Tally) -> bool:
    """Whether there are more right options than questions."""
    right = sum(places.total() for places in tally.places.values())
    return right > sum(len(rows) for size, rows in tally.options.items() if size)
