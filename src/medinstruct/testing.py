"""Checks of corpora, templates and recipes: the same for ours, for plug-ins and for a user's own shelf.

C101  a fact is missing, or names what there is not    T101  the template does not compile
C102  there is no bundled sample                       T102  it fails on a canonical example
C103  a record of the sample is broken                 T103  it names a corpus that nobody knows
C104  a split of the sample is empty                   R101  the recipe is not well formed, or a name in it is unknown
C105  a task yields no example from the sample         R102  a corpus of it has no bundled sample
C106  a label is not in the shared vocabulary
C107  a count differs from the expected one
C108  a record of the release is broken, or its files cannot be read
C109  the files are not those that `verified` says were read
C110  something is annotated that neither a task nor `left_out` names
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from medinstruct import corpora, recipe, shelf, tasks, template
from medinstruct.builder import guarding, mix
from medinstruct.builder.plan import plan, resolve
from medinstruct.corpora import coverage, vocabulary
from medinstruct.corpora.corpus import SAMPLES, TO_FILL_IN, Corpus, count, deviations, fingerprint
from medinstruct.errors import MedinstructError, did_you_mean
from medinstruct.formats.draft import Broken
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

SHOWN = 5
"""Broken records of one split that are told one by one."""


class Finding(NamedTuple):
    """Something that a check does not let pass."""

    code: str
    subject: str
    what: str


VOCABULARIES: dict[type[tasks.Fact], dict[str, str]] = {
    tasks.Spans: vocabulary.SPANS,
    tasks.Events: vocabulary.EVENTS,
    tasks.Relations: vocabulary.RELATIONS,
}


def check_corpora(ids: list[str] | None = None, data: Path | None = None) -> Iterator[Finding]:
    """Yield what is wrong with the facts and samples of corpora, and with the counts of those found in `data`."""
    for id in ids or corpora.names():
        try:
            corpus = corpora.load(id)
        except MedinstructError as error:
            yield Finding("C101", id, str(error))
            continue
        yield from _facts(corpus)
        yield from _sample(corpus)
        try:
            if (folder := corpus.find(data)) is not None:
                yield from _release(corpus, folder)
        except MedinstructError as error:  # of the files as a whole: an archive that is no archive
            yield Finding("C108", id, str(error))


def without_files(ids: list[str], data: Path | None = None) -> list[str]:
    """The corpora of which no file is there, so that their facts could be held against their samples alone."""
    return [id for id in ids if not _has_files(id, data)]


def _has_files(id: str, data: Path | None) -> bool:
    try:
        return corpora.load(id).find(data) is not None
    except MedinstructError:
        return True  # what is wrong with them, or with the module, is a finding


def _facts(corpus: Corpus) -> Iterator[Finding]:
    for name in ("title", "homepage", "citation", "splits", "tasks"):
        if not getattr(corpus, name):
            yield Finding("C101", corpus.id, f"no {name}")
    stated = {
        "title": corpus.title,
        "homepage": corpus.homepage,
        "citation": corpus.citation,
        "license": corpus.license.stated,
    }
    stated |= {f"left_out[{name!r}]": reason for name, reason in corpus.left_out.items()}
    for name, text in stated.items():
        if text.startswith(TO_FILL_IN):
            yield Finding("C101", corpus.id, f"{name} is to be filled in: {text.removeprefix(TO_FILL_IN).strip()}")
    named: dict[str, Iterable[str]] = {"guidelines": corpus.guidelines}
    named |= {f"splits[{name!r}].withheld": split.withheld for name, split in corpus.splits.items()}
    for what, names in named.items():
        for name in sorted(set(names) - set(corpus.tasks)):
            hint = did_you_mean(name, corpus.tasks)
            yield Finding("C101", corpus.id, f"`{what}` names {name!r}, which is no task; {hint}")
    offered = {word for fact in corpus.tasks.values() for word in _words(fact)}
    for label in sorted(set(corpus.definitions) - offered):
        hint = did_you_mean(label, offered)
        yield Finding("C101", corpus.id, f"`definitions` explains {label!r}, for which no task asks; {hint}")
    for name in sorted(set(corpus.verified) - set(corpus.splits)):
        yield Finding("C101", corpus.id, f"`verified` names {name!r}, which is no split")
    for name, fact in corpus.tasks.items():
        if name.split("-")[0] not in tasks.TASKS:
            yield Finding("C101", corpus.id, f"task {name!r} begins with none of {', '.join(tasks.TASKS)}")
        if corpus.home == SAMPLES.parent and (known := VOCABULARIES.get(type(fact))) is not None:
            unknown = [
                label for label in getattr(fact, "labels", {}).values() if label is not None and label not in known
            ]
            yield from (Finding("C106", corpus.id, f"{name}: {label!r}") for label in unknown)


def _words(fact: tasks.Fact) -> Iterator[str]:
    """The words by which the labels of a task are asked for, and which may have definitions."""
    yield from filter(None, getattr(fact, "labels", {}).values())
    if isinstance(fact, tasks.Relations):
        yield fact.none


def _sample(corpus: Corpus) -> Iterator[Finding]:
    folder = corpus.find(samples=True)
    if folder is None and corpus.home != SAMPLES.parent:
        return  # a user's own corpus is checked on its files
    if folder is None:
        yield Finding("C102", corpus.id, "no folder under corpora/samples")
        return
    examples: Counter[str] = Counter()
    for split in corpus.splits:
        number = 0
        for record in corpus.records(split, corpus.files(split, folder)):
            number += 1
            if isinstance(record, Broken):
                yield Finding("C103", corpus.id, str(record.error()))
                continue
            for name, fact in corpus.tasks.items():
                view = tasks.load(tasks.types_for(fact)[0]).views[type(fact)]
                things = view(record, fact, windows(record, "document", 1500)) if fact.is_of(record) else ()
                examples[name] += sum(not isinstance(thing, Lost) for thing in things)
        if not number:
            yield Finding("C104", corpus.id, split)
    yield from (Finding("C105", corpus.id, name) for name in corpus.tasks if not examples[name])


def _release(corpus: Corpus, folder: Path) -> Iterator[Finding]:
    annotated: Counter[str] = Counter()
    present = corpus.present(folder)
    for name in present:
        split, files = corpus.splits[name], corpus.files(name, folder)
        records = list(corpus.records(name, files))
        counts = count(iter(records))
        annotated += coverage.annotated(records)
        yield from (Finding("C107", corpus.id, f"{name}: {line}") for line in deviations(split, counts))
        if counts["broken"] and "broken" not in split.counts:
            broken = [str(record.error()) for record in records if isinstance(record, Broken)]
            yield from (Finding("C108", corpus.id, what) for what in broken[:SHOWN])
            if len(broken) > SHOWN:
                yield Finding("C108", corpus.id, f"{name}: and {len(broken) - SHOWN} more")
        if (claimed := corpus.verified.get(name)) and (found := fingerprint(files)) != claimed:
            yield Finding("C109", corpus.id, f"{name}: other files ({found}) than those that were read ({claimed})")
    yield from (Finding("C110", corpus.id, line) for line in coverage.unasked(corpus, annotated))


def check_templates(names: list[str] | None = None) -> Iterator[Finding]:
    """Yield what is wrong with templates."""
    for name in names or template.names():
        try:
            found = template.load(name)
        except MedinstructError as error:
            yield Finding("T101", name, str(error))
            continue
        yield from (Finding("T102", name, fault) for fault in template.check(found))
        for id in sorted(set(found.front.corpora) - set(corpora.names())):
            hint = did_you_mean(id, corpora.names(), more="(medinstruct ls corpora)")
            yield Finding("T103", name, f"corpora: no corpus {id!r}; {hint}")


def check_recipes(names: list[str] | None = None) -> Iterator[Finding]:
    """Yield what is wrong with recipes; those that we ship have a sample for each of their corpora too."""
    for name in names or recipe.names():
        try:
            found, entry = recipe.load(name), shelf.find("recipes", name)
            asks = [resolve(found, place, name) for place in range(len(found.mix))]
            mix.check_names(found, asks, name)
            for benchmark in (*found.guard, *found.watch):
                guarding.cover(benchmark, None, samples=True, where=name)
            planned = plan(entry.name, found, None, samples=True) if entry.shelf == "medinstruct" else None
        except MedinstructError as error:
            yield Finding("R101", name, str(error))
            continue
        for corpus, how in planned.missing.items() if planned else ():
            yield Finding("R102", name, f"{corpus}: no sample; {how}")
