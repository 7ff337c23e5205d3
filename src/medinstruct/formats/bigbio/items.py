"""The five schemas of rows that are questions already: a row ↔ an Item.

    schema   texts                    question   options   answers, references, labels
    qa       context                  question   choices   answer: places of choices, or texts where one is no choice
    te       premise, hypothesis                           label
    pairs    text_1, text_2                                label, or the score where it is asked for as a number
    text     text                                          labels
    t2t      text_1                                        text_2: a reference

All other columns (`document_id`, `question_id`, `type`, `text_1_name`, …) are facts of the Item. What a row says that an
Item has no room for, an empty text where another row has none, stands there too, under `bigbio` (a `patch`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from medinstruct.document import Item
from medinstruct.formats.bigbio import patch
from medinstruct.formats.bigbio.features import SCHEMAS
from medinstruct.formats.bigbio.kb_row import Row
from medinstruct.formats.draft import Identity, identities

REST = "bigbio"
"""The fact under which a patch stands."""
TEXTS = {
    "qa": ("context",), "te": ("premise", "hypothesis"), "pairs": ("text_1", "text_2"), "text": ("text",), "t2t": ("text_1",),
}  # fmt: skip
"""The columns that are texts of the Item."""
OTHERS = {
    "qa": ("question", "choices", "answer"), "te": ("label",), "pairs": ("label",), "text": ("labels",), "t2t": ("text_2",),
}  # fmt: skip
FACTS = {
    schema: tuple(name for name in SCHEMAS[schema].names if name not in ("id", *TEXTS[schema], *OTHERS[schema]))
    for schema in TEXTS
}


def fields(row: Row, schema: str, *, score: bool = False, identity: Identity = "") -> dict[str, Any]:
    """Return the fields of the Item that a row is.

    Raises:
        ValueError: if `score` is set and the label of a pair is no number.
    """
    texts = {name: row[name] for name in TEXTS[schema] if row[name]}
    facts = {name: row[name] for name in FACTS[schema] if row[name] is not None}
    made = {"id": row["id"] or "", "texts": texts, "facts": facts, **ANSWERS[schema](row)}
    if score and row.get("label") is not None:
        made |= {"score": float(row["label"]), "labels": ()}
    if identity and row.get("document_id"):
        made["identities"] = identities(identity, row["document_id"])
    return made


def remember(item: Item, row: Row, schema: str) -> Item:
    """Return an item with what its row says beside it, so that `plain` gives back that row."""
    rest = {} if item.notes else patch.differences(row, plain(item, schema))
    return item.model_copy(update={"facts": {**item.facts, REST: patch.dump(rest)}}) if rest else item


def _of_qa(row: Row) -> dict[str, Any]:
    choices, answer = row["choices"] or [], [each or "" for each in row["answer"] or ()]
    options = [each or "" for each in choices]
    if all(each in options for each in answer):
        return {
            "question": row["question"] or "",
            "options": options,
            "answers": [options.index(each) for each in answer],
        }
    return {"question": row["question"] or "", "options": options, "references": answer}


def _of_label(row: Row) -> dict[str, Any]:
    return {"labels": () if row["label"] is None else (row["label"],)}


ANSWERS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "qa": _of_qa,
    "te": _of_label,
    "pairs": _of_label,
    "text": lambda row: {"labels": [each or "" for each in row["labels"] or ()]},
    "t2t": lambda row: {"references": () if row["text_2"] is None else (row["text_2"],)},
}


def plain(item: Item, schema: str) -> Row:
    """Return the row of an item, as far as a row can say it; what it cannot is told by `losses`.

    The texts of an item that have other names than the schema's stand in its columns in their order.
    """
    names = TEXTS[schema]
    own = names if set(item.texts) <= set(names) else tuple(item.texts)
    made: dict[str, Any] = {"id": item.id, **{name: item.facts.get(name) for name in FACTS[schema]}}
    made |= {column: item.texts.get(name) for column, name in zip(names, own)}
    made |= dict.fromkeys(set(names) - set(made))
    label = item.labels[0] if item.labels else None if item.score is None else f"{item.score:g}"
    made |= {
        "question": item.question,
        "choices": list(item.options),
        "answer": [item.options[n] for n in item.answers] or list(item.references),
        "label": label,
        "labels": list(item.labels),
        **({"text_2": item.references[0] if item.references else None} if schema == "t2t" else {}),
    }
    row = {name: made[name] for name in SCHEMAS[schema].names}
    try:
        return patch.apply(row, patch.load(item.facts.get(REST, "")))
    except (ValueError, LookupError, TypeError):
        return row  # a patch that somebody else wrote, or that is of another schema


def losses(item: Item, schema: str, *, score: bool = False) -> Counter[str]:
    """Return the fields of an item that would come back otherwise, each counted once."""
    back = Item.model_validate(fields(plain(item, schema), schema, score=score))
    names = [name for name in Item.model_fields if name not in ("identities", "notes")]
    lost = [name for name in names if _held(getattr(item, name)) != _held(getattr(back, name))]
    return Counter(lost)


def _held(value: Any) -> Any:
    """A value without the patch, and without texts that are empty."""
    return {name: text for name, text in value.items() if name != REST} if isinstance(value, dict) else value
