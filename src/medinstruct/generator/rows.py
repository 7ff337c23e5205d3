"""From accepted candidates to an artefact like any other: rows that can say where they come from, manifest, ledger, card.

    license     of the row that a candidate stands on, else of what the model writes; the manifest names both among its corpora
    id          hash of run and candidate; the run is known by all that decided what was asked
    messages    the instruction and its input as `text_generation/as-it-stands` puts them, and the output
    meta        seeds, model, request, prompt, category and who named it, topic, a judge's verdict, the row it stands on

Everything is a function of the answers that were used; a recording gives the same bytes as the run did.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medinstruct import artefact, card, template, text
from medinstruct.artefact import ROWS_PER_SHARD, Build
from medinstruct.document import Item
from medinstruct.generator.course import Accepted, Course, GenerateError, Ground
from medinstruct.mixture.guard import identities
from medinstruct.sample import FORMAT_VERSION, draw, row_digest, row_id
from medinstruct.tasks.task import Example
from medinstruct.tasks.text_generation import TextGold, TextQuestion
from medinstruct.template import Template
from medinstruct.version import VERSION

WORDING = "text_generation/as-it-stands"
RECIPE = "title: What this folder holds\nmix: [{artefact: .}]\n"
"""What a recipe would say that mixes in nothing but the artefact itself."""
SPLIT, TASK, TYPE = "train", "gen", "text_generation"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Run:
    """What is known of a run beside its course."""

    head: Mapping[str, Any]
    """Of its journal."""
    wanted: Mapping[str, Any]
    """What it was to come to."""

    @property
    def terms(self) -> str:
        """The license of what the model writes."""
        return str(self.wanted["terms"])

    @property
    def digest(self) -> str:
        """Eight hex digits over all that decided what was asked."""
        return hashlib.sha256(json.dumps(self.head, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:8]

    @property
    def corpus(self) -> str:
        """The name of what it wrote."""
        return f"generated-{self.digest}"


def refuse_foreign(out: Path, run: Run) -> None:
    """Refuse a place that holds something else than this run's journal and artefact.

    Raises:
        GenerateError: naming it.
    """
    if not out.exists() or {path.name for path in out.iterdir()} <= {JOURNAL}:
        return
    if (out / "manifest.json").is_file():
        found = artefact.read_json(out / "manifest.json").get("generated", {})
        if isinstance(found, dict) and found.get("run") == run.digest:
            return
    elif (out / JOURNAL).is_file() and {path.name for path in out.iterdir()} <= {JOURNAL, *OURS}:
        return  # killed while it was written
    raise GenerateError(f"{out} holds something else", next="give another --out")


OURS = ("data", "plots", "manifest.json", "ledger.json", "README.md")
"""What is written anew each time; the manifest goes first and comes last, so that half a build is none."""


def write(out: Path, course: Course, run: Run) -> Build:
    """Write what a run came to and return it.

    Raises:
        GenerateError: if it came to nothing.
    """
    if not course.accepted:
        raise GenerateError("no candidate was accepted", next="see the journal for what the model wrote")
    wording = template.load(WORDING)
    rows = [_row(wording, run, rank, one) for rank, one in enumerate(course.accepted)]
    rows.sort(key=lambda row: draw(course.way.seed, "file", row["id"]))
    (out / "manifest.json").unlink(missing_ok=True)
    for name in OURS:
        shutil.rmtree(out / name) if (out / name).is_dir() else (out / name).unlink(missing_ok=True)
    content, shards = hashlib.sha256(), []
    count = -(-len(rows) // ROWS_PER_SHARD)
    for n in range(count):
        some, file = rows[n * ROWS_PER_SHARD : (n + 1) * ROWS_PER_SHARD], f"data/{SPLIT}-{n:05d}-of-{count:05d}.parquet"
        sha256 = artefact.write_shard(out / file, some)
        content.update(f"{SPLIT}\n".encode() + b"".join(map(artefact.row_hash, some)))
        shards.append({"split": SPLIT, "file": file, "rows": len(some), "sha256": sha256})
    artefact.write_json(out / "ledger.json", ledger(course, run))
    manifest = _manifest(course, run, wording, shards, content.hexdigest())
    manifest["characters"] = sum(len(message["content"]) for row in rows for message in row["messages"])
    manifest["ledger_sha256"] = hashlib.sha256((out / "ledger.json").read_bytes()).hexdigest()
    artefact.write_text(out / "README.md", card.write(Build(out, manifest)))
    artefact.write_json(out / "manifest.json", manifest)
    return artefact.load(out)


def _row(wording: Template, run: Run, rank: int, one: Accepted) -> dict[str, Any]:
    candidate, origin, corpus = one.candidate, one.origin, _corpus(run, one)
    texts = {"input": candidate.input} if candidate.input else {}
    item = Item(
        id=candidate.key,
        texts=texts,
        question=candidate.instruction,
        references=(candidate.output,),
        identities=origin.groups,
    )
    example = Example(
        TextQuestion(texts=texts, instruction=candidate.instruction), TextGold(references=(candidate.output,))
    )
    messages = wording.messages(example, wording.answer.render(example))
    gold = example.gold.model_dump_json(exclude_defaults=True)
    meta: dict[str, Any] = {
        "unit": "document", "record": rank, "tokens": text.count_tokens(example.question.reading), "rank": rank, "entry": 0,
        "annotations": [candidate.key],
        "model": run.head["model"], "request": candidate.request, "prompt": run.head["prompts"]["write"]["hash"],
        "seeds": list(candidate.seeds), "category": candidate.category, "category_by": one.category_by, "topic": candidate.topic,
    }  # fmt: skip
    if one.verdict is not None:
        meta["judge"] = {"model": run.wanted["judge"], **one.verdict}
    if origin.row:
        meta["stands_on"] = {
            "row": origin.row,
            "corpus": origin.corpus,
            "document": origin.document,
            "license": origin.license,
        }
    return {
        "id": row_id(corpus, SPLIT, candidate.key, TASK, TYPE, "document", ()).hex(), "digest": row_digest(messages, gold),
        "corpus": corpus, "corpus_version": run.digest, "split": SPLIT, "document": candidate.key,
        "groups": list(identities(item)), "task": TASK, "type": TYPE, "template": wording.name, "template_hash": wording.hash,
        "answer_format": wording.answer_name, "language": "en", "license": origin.license if origin.row else run.terms,
        "messages": messages, "example": example.question.model_dump_json(exclude_defaults=True), "gold": gold,
        "meta": json.dumps(meta, ensure_ascii=False, separators=(",", ":")),
    }  # fmt: skip


def _corpus(run: Run, one: Accepted) -> str:
    """The name under which a row stands: of the run, and of the corpus whose terms it is under."""
    return f"{run.corpus}-{one.origin.corpus}" if one.origin.row else run.corpus


def ledger(course: Course, run: Run) -> dict[str, Any]:
    """Return what became of candidates, in the form of every ledger, and of requests; in = kept + Σ dropped.

    Raises:
        GenerateError: if it does not balance, which would be a defect of this package.
    """
    tally, kept = course.tally, Counter(_corpus(run, one) for one in course.accepted)
    lines = [_line(id, count, count, Counter()) for id, count in sorted(kept.items()) if id != run.corpus]
    others = sum(line["in"] for line in lines)
    lines = [_line(run.corpus, tally.candidates - others, kept[run.corpus], tally.dropped), *lines]
    whole = _line(run.corpus, tally.candidates, kept.total(), tally.dropped)
    requests = _line(run.corpus, tally.requests, tally.fruitful, tally.barren)
    for line in (*lines, whole, requests):
        if line["in"] != line["kept"] + sum(line["dropped"].values()):
            raise GenerateError(f"the ledger does not balance: {line}")
    samples = [_line(id, count, count, Counter()) for id, count in sorted(kept.items())]
    totals = {name: whole[name] for name in ("in", "kept", "dropped")}
    return {
        "documents": lines, "annotations": lines, "examples": lines, "samples": samples, "requests": requests,
        "totals": {
            "documents": totals, "annotations": totals, "examples": totals,
            "samples": {"in": kept.total(), "kept": kept.total(), "dropped": {}},
        },
    }  # fmt: skip


def _line(corpus: str, all: int, kept: int, dropped: Counter[str]) -> dict[str, Any]:
    reasons = dict(sorted(dropped.items()))
    return {"split": SPLIT, "corpus": corpus, "task": TASK, "in": all, "kept": kept, "dropped": reasons}


def _manifest(
    course: Course, run: Run, wording: Template, shards: Sequence[Mapping[str, Any]], digest: str
) -> dict[str, Any]:
    tally, kept, model = course.tally, len(course.accepted), str(run.head["model"])
    own: dict[str, Any] = {
        "title": f"Instructions written by {model}", "version": run.digest, "license": run.terms, "homepage": "",
        "stated": "whoever ran the model" if run.terms != "generator-terms" else "the terms of the model's maker",
        "citation": f"Generated with medinstruct {VERSION} by {model} from {len(course.seeds)} seeds.", "languages": ["en"],
        "sources": {SPLIT: {}}, "records": {SPLIT: tally.candidates}, "broken": [], "repairs": {}, "labels": {},
    }  # fmt: skip
    prices = [float(price) for price in run.wanted["prices"]]
    sources = Counter(one.origin.corpus for one in course.accepted if one.origin.corpus)
    return {
        "format_version": FORMAT_VERSION, "medinstruct": VERSION, "recipe": run.corpus, "recipe_text": RECIPE,
        "recipe_sha256": hashlib.sha256(RECIPE.encode()).hexdigest(), "title": f"{kept:,} instructions written by {model}",
        "about": _about(course, run), "kind": "mixture", "license": "", "seed": course.way.seed, "size": kept, "digest": digest,
        "samples": course.ground is not None and course.ground.is_sample,
        "as_published": False, "missing": {}, "rows": {SPLIT: kept}, "shards": list(shards),
        "templates": {wording.name: {"hash": wording.hash, "rows": kept, "entries": [0], "text": wording.source}},
        "metrics": {}, "entries": [], "refusals": [], "tokenizer": {"name": "", "sha256": ""},
        "corpora": {run.corpus: own, **{f"{run.corpus}-{id}": own | _source(course.ground, id) for id in sorted(sources) if course.ground}},
        "generated": {
            "run": run.digest, "model": model, "settings": run.head["settings"], "way": run.head["way"], "prompts": run.head["prompts"],
            "seeds": run.head["seeds_digest"], "wanted": dict(run.wanted), "terms": run.terms, "stands_on": dict(sorted(sources.items())),
            "filters": [one.name for one in course.filters], "asked": tally.dates, "calls": dict(sorted(tally.calls.items())),
            "tokens": {"read": tally.read, "written": tally.written},
            "cost": (tally.read * prices[0] + tally.written * prices[1]) / 1e6 if any(prices) else None,
            "categories": dict(sorted(Counter(one.candidate.category for one in course.accepted).items())),
            "categories_by": dict(sorted(Counter(one.category_by for one in course.accepted).items())),
        },
    }  # fmt: skip


def _source(ground: Ground, id: str) -> dict[str, Any]:
    """Whose text the rows of a grounded run show, and under which terms."""
    stated = ground.corpora()[id]
    shown = {name: stated.get(name, "") for name in ("license", "stated", "homepage", "citation")}
    return {
        "title": f"Instructions on {stated['title']}",
        "records": {},
        "languages": stated.get("languages", ["en"]),
        **shown,
    }


def _about(course: Course, run: Run) -> str:
    way, tally = course.way, course.tally
    again = f", {way.generated} of them accepted before" if way.generated else ""
    calls = "answers in calls of their own" if way.second else "answers in the same call"
    judge = f" A judge ({run.wanted['judge']}) gave no mark below {way.least} of 5." if way.judge else ""
    stands = (
        " Each stands on a row of a build, and agrees with its gold where that could be held against it."
        if course.ground
        else ""
    )
    return (
        f"All text is written by {run.head['model']}, nobody has read it all, and none of it is medical advice. Made as BioInstruct was (Tran "
        f"et al. 2024), with seeds, prompts and filters in the open: {tally.requests:,} prompts of {way.per_prompt} examples{again}, "
        f"{way.per_call} instructions each, {calls}; {len(course.accepted):,} of {tally.candidates:,} candidates passed the "
        f"filters.{judge}{stands}"
    )
