"""A run as one page: scores, what went wrong, and rows with text, gold and prediction side by side.

One file without a script, that loads nothing from anywhere: its head forbids it. Whatever comes from a corpus or a model is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from medinstruct.document import Spans, quote
from medinstruct.evaluator.reading import Read
from medinstruct.evaluator.suite import Dataset
from medinstruct.sample import draw
from medinstruct.tasks.event_extraction import ideal as ideal_events
from medinstruct.tasks.multiple_choice import ChoiceQuestion
from medinstruct.tasks.relation_triples.example import strings as triples
from medinstruct.tasks.span_extraction import SpanQuestion, locate
from medinstruct.tasks.task import Example

ROWS = 60
"""Of each dataset, those with errors first, drawn by their ids."""
MOST = 20_000
"""Characters of a text that are shown."""
PAIRS = 30
"""Lines of a confusion that are shown."""

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #222; background: #fff }}
table {{ border-collapse: collapse; margin: .5rem 1.5rem 1rem 0; display: inline-table; vertical-align: top }}
td, th {{ border-bottom: 1px solid #ddd; padding: .15rem .6rem; text-align: left; vertical-align: top }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
caption {{ text-align: left; font-weight: 600 }}
details {{ border-top: 1px solid #ddd; padding: .3rem 0 }} summary {{ cursor: pointer }}
.sides {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .5rem; margin: .3rem 0; font: 13px/1.5 ui-monospace, monospace }}
mark {{ background: #cfe8cf; border-bottom: 2px solid #3a7d3a }} mark.wrong {{ background: #f6d5cf; border-bottom: 2px dashed #b03a2e }}
mark sub {{ color: #555 }} .state {{ color: #777 }}
</style></head><body>
"""


def write(
    scores: Mapping[str, Any], errors: Mapping[str, Any], datasets: Sequence[tuple[Dataset, Sequence[Read]]]
) -> str:
    """Return the page."""
    title = escape(f"{scores['recipe']}: {scores['model']}")
    parts = [HEAD.format(title=title), f"<h1>{title}</h1>\n", *_summary(scores)]
    for (dataset, reads), facts in zip(datasets, scores["datasets"]):
        parts.append(
            f"<h2>{escape(dataset.name)}</h2>\n<p>{escape(dataset.metric)} {facts['score']:.4f}, {facts['answers']:,} answers</p>\n"
        )
        parts += _tables(errors[dataset.name], facts)
        parts += [_row(dataset, one) for one in _shown(dataset, reads)]
    return "".join([*parts, "</body></html>\n"])


def _summary(scores: Mapping[str, Any]) -> Iterator[str]:
    average = scores["average"]
    if scores["samples"]:
        yield "<p><strong>Asked on bundled samples: invented text, to try things out; these scores mean nothing.</strong></p>\n"
    yield f"<p>Mean over {escape(average['of'])}: <strong>{average['score']:.4f}</strong>, {average['datasets']} of {average['all']} datasets.</p>\n"
    for name, how in average["left_out"].items():
        yield f"<p>Left out: {escape(name)} ({escape(how)})</p>\n"
    rows = [(one["name"], one["metric"], f"{one['score']:.4f}", f"{one['rows']:,}") for one in scores["datasets"]]
    yield _table("", ("dataset", "metric", "score", "rows"), rows)


def _tables(errors: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    yield _table("How answers were read", ("state", "answers"), errors["reading"].items())
    pairs = [pair for pair in errors["confusion"] if pair[0] != pair[1]][:PAIRS]
    yield _table("Taken for each other", ("right", "said", "times"), pairs)
    yield _table("By label", ("label", "score"), [(name, f"{value:.4f}") for name, value in errors["labels"].items()])
    lengths = [(name, value["rows"], f"{value['score']:.4f}") for name, value in errors["length"].items()]
    yield _table("By length", ("tokens", "rows", "score"), lengths)
    found = [(name, value["due"], f"{value['found'] / value['due']:.4f}") for name, value in errors["seen"].items()]
    yield _table("By times in the train part", ("times", "due", "found"), found)
    wordings = [(name, f"{value:.4f}") for name, value in facts["wordings"].get("each", {}).items()]
    yield _table("By wording", ("wording", "score"), wordings)


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    body = ["<tr>" + "".join(_cell(value) for value in row) + "</tr>\n" for row in rows]
    if not body:
        return ""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><caption>{escape(caption)}</caption><tr>{names}</tr>\n{''.join(body)}</table>\n"


def _cell(value: Any) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{escape(str(value)[:200])}</td>"


def _shown(dataset: Dataset, reads: Sequence[Read]) -> list[Read]:
    """Some rows, those with errors first; which ones depends on their ids alone."""
    drawn = sorted(reads, key=lambda one: (draw("page", *one.query.name), one.query.name))
    faulty: list[Read] = []
    for one in drawn:
        if len(faulty) < ROWS and dataset.measure([one.case]) < 1:
            faulty.append(one)
    names = {one.query.name for one in faulty}
    return [*faulty, *(one for one in drawn if one.query.name not in names)][:ROWS]


def _row(dataset: Dataset, one: Read) -> str:
    row, value = one.query.row, dataset.measure([one.case])
    gold, said = _sides(one)
    why = f": {escape(one.answer.fault)}" if one.answer.fault else ""
    unread = "".join(f"<pre>unread: {escape(piece)}</pre>" for piece in one.parsed.unread)
    asked = escape("\n\n".join(message["content"] for message in one.query.messages)[:MOST])
    return (
        f"<details><summary>{escape(row['document'])} <code>{escape(row['id'][:12])}</code> {value:.2f} "
        f'<span class="state">{one.state}{why}, {escape(one.query.wording.name)}</span></summary>\n'
        f'<div class="sides"><div><b>gold</b>{gold}</div><div><b>prediction</b>{said}{unread}</div></div>\n'
        f"<details><summary>asked and answered</summary><pre>{asked}</pre><pre>{escape(one.answer.text[:MOST])}</pre></details></details>\n"
    )


def _sides(one: Read) -> tuple[str, str]:
    """The gold and the prediction of a row as HTML, each marked in its text where it has places there."""
    question, gold, prediction, _ = one.case
    if isinstance(question, SpanQuestion):
        due = [(span.pieces, span.label) for span in gold.spans]
        located = [item.found for item in locate(question.text, prediction)]
        said = [(found.pieces, found.label) for found in located if found.pieces]
        absent = "".join(
            f"<pre>not in the text: {escape(f.label)}: {escape(f.text[:200])}</pre>" for f in located if not f.pieces
        )
        return _marked(question.text, due, said), _marked(question.text, said, due) + absent
    texts = f"<pre>{escape(question.reading[:MOST])}</pre>"
    right, answered = _listed(one)
    return texts + _pre(right), texts + _pre(answered)


def _pre(lines: Sequence[str]) -> str:
    return f"<pre>{escape(chr(10).join(lines) or '(nothing)')}</pre>"


def _listed(one: Read) -> tuple[list[str], list[str]]:
    question, gold, prediction, _ = one.case
    if isinstance(question, ChoiceQuestion):
        return [question.options[n] for n in gold.choices], [question.options[n] for n in prediction]
    match one.query.wording.type.name:
        case "similarity":
            return [str(gold.score)], [str(value) for value in prediction]
        case "text_generation":
            return list(gold.references), [str(text)[:MOST] for text in prediction]
        case "relation_triples":
            return [" | ".join(t) for t in triples(Example(question, gold))], [" | ".join(t) for t in prediction]
        case "event_extraction":
            return [str(event) for event in ideal_events(question, gold)], [str(event) for event in prediction]
    return [gold.model_dump_json()], [str(item) for item in prediction]


Labelled = tuple[Spans, str]


def _marked(text: str, spans: Sequence[Labelled], others: Sequence[Labelled]) -> str:
    """A text with spans marked, those that the other side has not marked as wrong; what overlaps an earlier one is listed below."""
    known, parts, below, at = set(others), [], [], 0
    for pieces, label in sorted(spans):
        kind = "" if (pieces, label) in known else ' class="wrong"'
        if pieces[0][0] < at or len(pieces) > 1:
            below.append(f"<pre><mark{kind}>{escape(quote(text, pieces))}<sub>{escape(label)}</sub></mark></pre>")
            continue
        start, end = pieces[0]
        parts += [escape(text[at:start]), f"<mark{kind}>{escape(text[start:end])}<sub>{escape(label)}</sub></mark>"]
        at = end
    return f"<pre>{''.join(parts)}{escape(text[at:])}</pre>{''.join(below)}"
