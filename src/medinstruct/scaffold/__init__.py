"""A module for a corpus that has none: its facts as far as its files tell them, a sample of their shape, and a test.

    proposal = propose(path, "ward-notes")      what the files are, what was tried, what is annotated
    write(proposal, shelf)                      shelf/corpora/ward_notes.py, its sample, shelf/tests/test_ward_notes.py

What files cannot tell (whose it is, where it is from, under which terms) is left to be filled in, and
`medinstruct check` names each such place until it is. Nothing of the files' text is written anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath

from medinstruct import artefact
from medinstruct.corpora import parts as splits
from medinstruct.corpora.corpus import TO_FILL_IN, Role, count
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.formats import sniff
from medinstruct.formats.draft import Broken, Read
from medinstruct.formats.sniff import Guess
from medinstruct.scaffold import rows
from medinstruct.scaffold.facts import Facts, facts_of, literal
from medinstruct.scaffold.sample import sample
from medinstruct.shelf import PACKAGE
from medinstruct.source import File, everything

__all__ = ["Part", "Proposal", "propose", "write"]

ARCHIVES = re.compile(r"\.(?:zip|tar|tgz|gz|tar\.(?:gz|bz2|xz))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A split as the files tell it."""

    name: str
    role: Role
    patterns: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a corpus seems to be."""

    id: str
    path: Path
    tried: list[Guess]
    """The likeliest first, which is what is proposed."""
    parts: list[Part]
    facts: Facts
    row: rows.Plan | None
    """What the rows mean, where they are rows."""

    @property
    def guess(self) -> Guess:
        return self.tried[0]


def propose(path: Path, id: str = "") -> Proposal:
    """Return what the files at a path seem to be.

    Args:
        path: A folder, a file or an archive.
        id: The corpus' name; that of the path if empty.

    Raises:
        NotFound: if no format that files alone tell enough of reads anything there.
    """
    bare = ARCHIVES.sub("", path.resolve().name)
    stem = bare if path.is_dir() else bare.partition(".")[0]
    id = id or re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", id):
        raise MedinstructError(
            f"{id!r} cannot be the id of a corpus", next="name it with --id: letters, digits and hyphens"
        )
    files = sniff.data(list(everything(path)))
    tried = sniff.guesses(files)
    if not tried:
        known = ", ".join(sniff.CANDIDATES)
        raise NotFound(
            f"no format reads anything at {path}", next=f"tried {known}; for others see docs/how-to/add-a-corpus.md"
        )
    guess = tried[0]
    held = _held(guess, files)
    plan = rows.plan(held) if guess.format == "json_lines" else None
    parts, records = [], list[Read]()
    for name, role, mine in _parts(held):
        found = list(plan.records(mine) if plan else sniff.records(guess.format, guess.options, mine))
        parts.append(Part(name, role, _patterns(mine, files), _counts(found)))
        records += [record for record in found if not isinstance(record, Broken)]
    return Proposal(id, path, tried, parts, plan.facts(records) if plan else facts_of(records), plan)


def _held(guess: Guess, files: Sequence[File]) -> list[File]:
    """The files that the format reads; a text without annotations, in a folder that has none, is not one of them."""
    fitting = sniff.fitting(guess.format, files)
    if guess.format in ("brat", "bionlp_st"):
        folders = {file.name.rpartition("/")[0] for file in fitting if file.suffix != ".txt"}
        fitting = [file for file in fitting if file.name.rpartition("/")[0] in folders]
        return fitting
    return [file for file in fitting if _is_read(guess, file)]


def _is_read(guess: Guess, file: File) -> bool:
    """Whether one of the first records of a file is not broken."""
    return any(
        not isinstance(record, Broken) for record in islice(sniff.records(guess.format, guess.options, [file]), 3)
    )


def _parts(files: Sequence[File]) -> list[tuple[str, Role, list[File]]]:
    """The splits with their files, those that have some."""
    found: dict[str, list[File]] = {}
    for file in files:
        found.setdefault(splits.part(file.name) or "all", []).append(file)
    return [(name, role, found[name]) for name, role in splits.ROLES.items() if name in found]


FEW = 5
"""Files that are named one by one."""


def _patterns(mine: Sequence[File], files: Sequence[File]) -> tuple[str, ...]:
    """Patterns that match the files of a split and no others: by folder and suffix if that will do, else by what the names
    in a folder have in common, else by name.
    """
    names = {file.name for file in mine}
    others = [PurePosixPath(file.name) for file in files if file.name not in names]
    ends = {other.parts[-depth:] for other in others for depth in range(1, len(other.parts) + 1)}
    alike: dict[tuple[PurePosixPath, str], list[PurePosixPath]] = {}
    for path in map(PurePosixPath, sorted(names)):
        alike.setdefault((path.parent, path.suffix), []).append(path)
    found: set[str] = set()
    for paths in alike.values():
        wide = _wide(paths) if len(names) > FEW else ()
        if exact := next((p for p in wide if not any(other.match(p) for other in others)), ""):
            found.add(exact)
        else:
            found |= {_tight(path, ends) for path in paths}
    return tuple(sorted(found))


def _wide(paths: Sequence[PurePosixPath]) -> Iterator[str]:
    """Patterns that match files of one folder and suffix, those that are read at once first."""
    if suffix := paths[0].suffix:
        inside = [_escaped(part) for part in paths[0].parts[:-1] if not ARCHIVES.search(part)]
        yield from (f"{'/'.join(inside[-depth:])}/*{suffix}" for depth in range(1, len(inside) + 1))
        yield f"*{suffix}"
    if len(paths) > FEW:
        first = _beginning([path.name for path in paths])
        last = _beginning([path.name[len(first) :][::-1] for path in paths])[::-1]
        yield f"{_escaped(first)}*{_escaped(last)}"


def _beginning(names: Sequence[str]) -> str:
    """What all names begin with."""
    both = zip(min(names), max(names))
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], both))


def _tight(path: PurePosixPath, ends: set[tuple[str, ...]]) -> str:
    """A file by its name, with as many of its folders as it takes: files of several parts may share a name."""
    depths = range(1, len(path.parts) + 1)
    depth = next((depth for depth in depths if path.parts[-depth:] not in ends), len(path.parts))
    return "/".join(map(_escaped, path.parts[-depth:]))


def _escaped(name: str) -> str:
    return name.replace("[", "[[]")


def _counts(records: Sequence[Read]) -> dict[str, int]:
    counts = count(iter(records))
    return {name: counts[name] for name in ("documents", "items", "mentions", "relations", "events") if counts[name]}


def write(proposal: Proposal, shelf: Path) -> list[Path]:
    """Write module, sample and test onto a shelf, and return what was written; its data is linked to where it lies.

    Raises:
        MedinstructError: if the shelf is a folder of the package, or the module is there.
    """
    if shelf.resolve().is_relative_to(PACKAGE):
        raise MedinstructError(f"{shelf} lies inside the package", next="name a folder of your own with --shelf")
    name = proposal.id.replace("-", "_")
    module = shelf / "corpora" / f"{name}.py"
    if module.exists():
        raise MedinstructError(f"{module} exists", next="choose another --id, or take it away")
    written = [module, shelf / "tests" / f"test_{name}.py"]
    texts = [_module(proposal), TEST.format(id=proposal.id, name=name)]
    folder = shelf / "corpora" / "samples" / proposal.id
    for file in sample(proposal.guess, proposal.facts, [part.patterns for part in proposal.parts], proposal.row):
        written.append(folder / file.name)
        texts.append(file.data.decode())
    for path, text in zip(written, texts):
        artefact.write_text(path, text)
    return [*written, *_link(proposal.path, shelf / "data" / proposal.id)]


def _link(path: Path, place: Path) -> list[Path]:
    """Link the data where the corpus looks for it; a system that has no links leaves that to its user."""
    if place.exists():
        return []
    target = place if path.is_dir() else place / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.symlink_to(path.resolve(), target_is_directory=path.is_dir())
    except OSError:
        return []
    return [target]


def _module(proposal: Proposal) -> str:
    guess, facts = proposal.guess, proposal.facts
    reader = f"{guess.format}.read"
    if proposal.row:
        reader = f"partial({reader}, item=item)"
    elif guess.options:
        reader = f"partial({reader}, {', '.join(f'{name}={literal(value)}' for name, value in guess.options.items())})"
    told = "".join(
        f"        {literal(part.name)}: Split({literal(part.role)}, {literal(part.patterns)}, {literal(part.counts)}),\n"
        for part in proposal.parts
    )
    left = "".join(f"        {literal(name)}: {literal(reason)},\n" for name, reason in facts.left_out.items())
    return MODULE.format(
        title=proposal.id,
        partial="from functools import partial\n" + ("from typing import Any\n" if proposal.row else "") + "\n"
        if "partial(" in reader
        else "",
        format=guess.format,
        rows="from medinstruct.formats.rows import Row\n" if proposal.row else "",
        kinds=f"from medinstruct.tasks import {', '.join(sorted(facts.names))}\n" if facts.names else "",
        item=f"\n\n{proposal.row.code()}\n" if proposal.row else "",
        fill=TO_FILL_IN,
        splits=told,
        tasks="".join(f"        {literal(name)}: {code},\n" for name, code in facts.tasks.items()),
        left_out=f"    left_out={{\n{left}    }},\n" if left else "",
        reader=reader,
    )


MODULE = '''"""{title}: {fill} what it is, in a line."""

{partial}from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import {format}
{rows}from medinstruct.license import License
{kinds}{item}
corpus = Corpus(
    title="{fill} the name of the corpus",
    homepage="{fill} the address of its page",
    citation="{fill} the paper, with its DOI",
    license=License("unknown", "{fill} who states the terms, and which they are (medinstruct.license)"),
    splits={{
{splits}    }},
    # What is annotated completely, and nothing else: take away what is not.
    tasks={{
{tasks}    }},
{left_out}    read={reader},
)
'''

TEST = '''"""{id}: its sample is read whole, and every task yields an example."""

from pathlib import Path

from medinstruct import shelf, testing

SHELF = Path(__file__).parents[1]


def test_{name}_is_sound():
    shelf.add(SHELF)

    of_the_sample = {{"C103", "C104", "C105"}}

    assert [finding for finding in testing.check_corpora(["{id}"]) if finding.code in of_the_sample] == []
'''
