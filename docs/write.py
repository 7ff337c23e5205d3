"""Writes the pages of docs/reference/ that say what the code says: `python docs/write.py`; a test holds them against each other."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from typer.main import get_command

from medinstruct import artefact, corpora, formats, recipe, tasks, template
from medinstruct.cli import app
from medinstruct.formats.features import FEATURES
from medinstruct.sample import FORMAT_VERSION, Sample
from medinstruct.trainer import config
from medinstruct.trainer.encoders import config as encoders

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Written by `python docs/write.py`; do not edit. -->"


def pages() -> dict[str, str]:
    """Return the text of each page, by the name of its file."""
    return {
        f"{name}.md": "\n".join([f"# {title}", "", NOTE, "", *write(), ""]) for name, (title, write) in PAGES.items()
    }


def corpora_() -> Iterator[str]:
    found = [corpora.load(id) for id in corpora.names()]
    verified = sum(bool(corpus.verified) for corpus in found)
    yield (
        f"{len(found)} corpora have a module: {verified} were held against their distributor's files, in part at least; of the other "
        f"{len(found) - verified} only the layout is known, from what is published about it, and a sample made by hand stands for them."
    )
    yield "\n`medinstruct show ID` tells splits, counts, citation, and how to get the files.\n"
    yield from table(
        "corpus", "tasks", "license", "languages", "verified against files",
        rows=(
            (f"[{c.id}]({c.homepage})<br>{c.title}", code(c.tasks), f"`{c.license.id}`", " ".join(c.languages), ", ".join(c.verified) or "no")
            for c in found
        ),
    )  # fmt: skip
    left = [(f"`{c.id}`", what, why) for c in found for what, why in c.left_out.items()]
    yield "\n## What is annotated and not asked\n"
    yield from table("corpus", "what", "why", rows=left)


def templates() -> Iterator[str]:
    yield "A wording is one file, and says in its head for which task type and answer format it is. `medinstruct show NAME` shows one on an example;"
    yield "`medinstruct cp NAME FILE` makes it yours."
    for type in map(tasks.load, tasks.names()):
        own = [t for t in map(template.load, template.names()) if t.type.name == type.name]
        yield f"\n## {type.name}\n"
        yield from table(
            "template", "answer format", "for", "tags",
            rows=((f"`{t.name}`", f"`{t.answer_name}`", code(t.front.tasks) or "all", " ".join(t.front.tags)) for t in own),
        )  # fmt: skip


def recipes() -> Iterator[str]:
    yield "`medinstruct show NAME` shows the file. How to write one, and what its shares mean: [write a recipe](../how-to/write-a-recipe.md).\n"
    found = [(name, recipe.load(name)) for name in recipe.names()]
    yield from table(
        "recipe", "kind", "corpora", "rows of its train part", "guards against",
        rows=(
            (f"`{name}`<br>{r.title}", r.kind, len({e.corpus for e in r.mix}), r.size if isinstance(r.size, str) else f"{r.size:,}", code(r.guard))
            for name, r in found
        ),
    )  # fmt: skip

    for title, part in RECIPE.items():
        yield f"\n## {title}\n"
        yield from table("key", "what it says", "if left out", rows=keys(part))


RECIPE = {
    "Keys of a recipe": recipe.Recipe,
    "Keys of an entry of `mix`": recipe.Entry,
    "Keys of a level of `balance`": recipe.Level,
}


def rows() -> Iterator[str]:
    yield "What `medinstruct build` leaves, and `generate`, is a folder:\n"
    yield from table("file", "what it holds", rows=((f"`{name}`", what) for name, what in FILES.items()))
    yield f"\n## Columns\n\nOf `format_version` {FORMAT_VERSION}, which the manifest states.\n"
    said = {name: about for name, about, _ in keys(Sample)}
    yield from table(
        "column",
        "type",
        "what it says",
        rows=((f"`{c.name}`", f"`{INSIDE.sub('', str(c.type))}`", said[f"`{c.name}`"]) for c in artefact.SCHEMA),
    )
    yield "\n## Keys of `meta`\n"
    yield from table("key", "what it says", rows=((f"`{name}`", what) for name, what in META.items()))
    yield "\nRows of `generate` name the model, request, prompt, seeds, category and topic there, and the row that they stand on, if they do."


INSIDE = re.compile(r"\b(?:item|element): ")
"""What pyarrow calls the parts of a list."""
FILES = {
    "data/<part>-00000-of-00004.parquet": "the rows of a part, in the order of a hash; plain Parquet without any library's metadata",
    "manifest.json": "the recipe and its text, every wording, the hashes of sources and shards, the digest of all rows, what was missing",
    "ledger.json": "what went in, what was kept, what was dropped and why: documents, annotations, examples, samples, by corpus and task",
    "README.md": "the card; its head tells `datasets` where the parts are",
    "removed.parquet": "rows that the guard, the split or duplicates took out, without their text; where there are any",
    "watched.parquet": "rows that stand in test parts which the recipe watches; where there are any",
    "journal.jsonl": "of `generate` alone: every request and answer",
}
META = {
    "entry": "place in the recipe's `mix`, from 0",
    "rank": "place in the draw: a smaller build has the rows of the lowest ranks",
    "record": "place of the source record in its split, from 0",
    "file": "place of its file among those that the manifest lists for the split, from 0; -1 where that is not known",
    "line": "line of the file at which the record begins; 0 where that says nothing",
    "unit": "which part of the document is asked about, and which of several",
    "window": "where the row's text begins and ends in the document, in code points",
    "annotations": "ids of the annotations that the row carries",
    "tokens": "of the text, as the recipe's tokenizer counts them",
    "answer": "options of the answer format that are not the usual ones",
    "options": "the order in which options were put, by their places in the source",
    "shots": "id, document and split of each row that stands solved before this one",
    "repeat": "of a row that was drawn again (`repeat: 3`): 1 or 2",
    "repeats": "and the id of the row that was drawn first",
}


def configs() -> Iterator[str]:
    yield "What `medinstruct train --config` takes: one of these by name, or a YAML file; `--set NAME=VALUE` comes first."
    yield "`medinstruct show NAME --kind configs` shows one, `medinstruct cp NAME FILE --kind configs` makes it yours."
    yield "How one is used: [train a model](../how-to/train-a-model.md).\n"
    yield from table(
        "config",
        "method",
        "trained",
        rows=((f"`{name}`<br>{c.title}", c.method, c.tune) for name in config.names() for c in [config.load(name)]),
    )
    yield "\n## Keys\n"
    yield from table("key", "what it says", "if left out", rows=keys(config.Config))
    yield "\n## Keys of an encoder's\n"
    yield from table("key", "what it says", "if left out", rows=keys(encoders.Config))


def keys(part: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    """The keys of a file's part, with what stands below each in the code, and the value that it has where it is left out."""
    statements = ast.parse(inspect.getsource(part)).body[0].body
    said = {
        above.target.id: inspect.cleandoc(below.value.value)
        for above, below in pairwise(statements)
        if isinstance(above, ast.AnnAssign) and isinstance(below, ast.Expr)
    }
    for name, field in part.model_fields.items():
        words = code(literals(field.annotation))
        usually = "an error" if field.is_required() else usual(field.default)
        yield f"`{field.alias or name}`{'<br>' * bool(words)}{words}", " ".join(said.get(name, "").split()), usually


def literals(annotation: Any) -> list[str]:
    """The words that a key takes, where it takes these alone."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return literals(kinds[0]) if len(kinds) == 1 else []


def usual(value: Any) -> str:
    """A value as a recipe states it; nothing of an empty one, of which the text says what it means."""
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        value = [each.model_dump(exclude_defaults=True) for each in value]
    return "" if value is None or value in ("", (), {}) else f"`{flow(value)}`"


def flow(value: Any) -> str:
    """A value on one line of YAML."""
    return str(yaml.safe_dump(value, default_flow_style=True)).partition("\n")[0]


def formats_() -> Iterator[str]:
    yield "Files are read by corpora and by `medinstruct convert`, which writes some formats too.\n"
    found = [(name, formats.load(name)) for name in formats.names()]
    yield from table(
        "format", "what it gives", "read", "written", "specification",
        rows=(
            (f"`{name}`<br>{m.FORMAT.title}", m.FORMAT.yields, yes(hasattr(m, "read")), yes(hasattr(m, "write")), linked(m.FORMAT.specification))
            for name, m in found
        ),
    )  # fmt: skip

    written = [(name, m.FORMAT.holds) for name, m in found if hasattr(m, "write")]
    yield "\n## What a written file holds\n"
    yield "`medinstruct convert` counts what is not held, and writes without it if `--lossy` allows that.\n"
    yield from table(
        "of a document", *(f"`{name}`" for name, _ in written),
        rows=((feature, *(yes(feature in holds) for _, holds in written)) for feature in FEATURES),
    )  # fmt: skip


def tasks_() -> Iterator[str]:
    yield "A task type has views (what can be asked of a document's annotations), answer formats (pairs of `render` and `parse`), and scores."
    yield 'The first answer format is the usual one; its options stand in a template\'s head, `answer: {lines: {separator: "; "}}`.'
    yield "`names` gives labels other words. What each carries of real data is in [ceilings](ceilings.md)."
    yield "Scores are in [metrics](metrics/README.md).\n"
    for type in map(tasks.load, tasks.names()):
        yield f"## {type.name}\n\n{type.title}.\n"
        yield from table("asked of", "as", rows=((f"`{fact.__name__}`", first_sentence(fact)) for fact in type.views))
        yield ""
        yield from table(
            "answer format", "what it is", "what comes back", "what is lost", "options, as they usually are",
            rows=(
                (f"`{name}`", first_sentence(f), f.level, ", ".join(f.loses), ", ".join(options(f)))
                for name, f in type.formats.items()
            ),
        )  # fmt: skip
        yield f"\nScores: {code(type.scores)}.\n"


def options(answer_format: type[BaseModel]) -> Iterator[str]:
    """The options of an answer format as a template's head states them, each with its usual value."""
    for name, field in answer_format.model_fields.items():
        default = field.get_default(call_default_factory=True)
        others = [word for word in literals(field.annotation) if word != default]
        yield f"`{name}: {flow(default)}`{f' or {code(others)}' * bool(others)}"


def cli() -> Iterator[str]:
    yield "`medinstruct COMMAND --help` says the same. Exit codes: 0 done; 1 a check or a build failed; 2 wrong use, a mistake in a recipe"
    yield "or a template among them. `--json`, where a command has it, prints one JSON value. `medinstruct --install-completion` makes the shell"
    yield "complete them.\n"
    for name, command in commands(get_command(app), ""):
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
        usage = " ".join(f"{(p.metavar or p.name).upper()}" for p in arguments)
        yield f"## {name}\n\n`medinstruct {name}{' ' * bool(usage)}{usage}{' [options]' * bool(options)}`\n"
        yield f"{inspect.cleandoc(command.help or '')}\n"
        context = command.context_class(command)
        yield from table("", "", rows=(parameter(p, context) for p in [*arguments, *options]))
        yield ""


WORDS = re.compile(r"(?<=[<\[])[\w-]+(?:\|[\w-]+)+(?=[>\]])")
"""The words that an option takes, where these are few."""


def parameter(found: Any, context: Any) -> tuple[str, str]:
    """How an argument or an option is written, with the words it takes, and what `--help` says of it, its default included."""
    written, about = found.get_help_record(context)
    if found.param_type_name == "argument":
        return f"`{(found.metavar or found.name).upper()}`", escaped(about.removesuffix("[required]").strip())
    words = WORDS.search(written)
    names = " ".join([*found.opts, *found.secondary_opts])
    return f"`{names}{' ' + words[0] if words else ''}`", escaped(about)


def escaped(text: str) -> str:
    return text.replace("<", "&lt;")


PAGES: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "corpora": ("Corpora", corpora_),
    "templates": ("Templates", templates),
    "recipes": ("Recipes", recipes),
    "configs": ("Configs of a training", configs),
    "formats": ("Formats of files", formats_),
    "rows": ("Builds and their rows", rows),
    "tasks": ("Task types and answer formats", tasks_),
    "cli": ("Commands", cli),
}


def commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    """The commands of a group and of the groups in it, by the words that call them."""
    for name, command in sorted(group.commands.items()):
        words = f"{before} {name}".strip()
        if hasattr(command, "commands"):
            yield from commands(command, words)
        else:
            yield words, command


BAR = "\\|"
"""A bar in a cell of a table, within code too, where an entity would be shown as it is written."""


def table(*heads: str, rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a table in Markdown; nothing of no rows."""
    lines = [f"| {' | '.join(str(cell).replace('|', BAR) for cell in row)} |" for row in rows]
    if lines:
        yield f"| {' | '.join(heads)} |"
        yield "|" + "---|" * len(heads)
        yield from lines


def code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def yes(is_so: bool) -> str:
    return "yes" if is_so else ""


def linked(address: str) -> str:
    return f"[{address.split('://')[-1].split('/')[0]}]({address})" if address.startswith("http") else address


def first_sentence(thing: object) -> str:
    return " ".join(inspect.cleandoc(inspect.getdoc(thing) or "").split("\n\n")[0].split())


def main() -> None:
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
