"""Whether a score would be zero-shot: no member trains on a corpus that is tested, nor on a copy of its test documents.

By corpus: none of a member's corpora is one of the suite's, whatever the split. By guard: what is tested stands under the member's
`guard`, which keeps out its documents wherever they come from. Both are asked of the recipes before anything is built, and the guard
again of the rows that were built, as it covers what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from medinstruct import artefact, recipe, shelf
from medinstruct.ablation.errors import AblationError
from medinstruct.artefact import Build
from medinstruct.builder import guarding


def refuse(members: Mapping[str, str], suite: str, data: Path | None, *, samples: bool) -> None:
    """Raise an AblationError if a member trains on a corpus of the suite, or does not guard against a test part that is here.

    Args:
        members: Recipes by name, as text.
        suite: A recipe, or the folder of its build.
        data: The folder with corpora.
        samples: Whether the bundled samples stand in for them.
    """
    tested = _tested(suite, data, samples=samples)
    corpora = {part.partition("/")[0] for part in tested} | _corpora(suite)
    for name, text in members.items():
        found = recipe.parse(text, f"{name}.yaml")
        if shared := sorted({entry.corpus for entry in found.mix if entry.role != "test"} & corpora):
            raise AblationError(f"trains on {', '.join(shared)}, which {suite} tests, so that nothing would be zero-shot", where=name,
                                next="take these entries out of the recipe, or test on another suite")  # fmt: skip
        guarded: set[str] = set()
        for benchmark in found.guard:
            covered = guarding.cover(benchmark, data, samples=samples, where=name)
            guarded |= {f"{id}/{split}" for id, split, _ in covered.parts} | {part.name for part in covered.sections}
        _refuse_open(name, tested - guarded, suite)


def refuse_unguarded(name: str, build: Build, tested: Build) -> None:
    """Raise an AblationError if a build was not guarded against a part that is tested; asked of what both say of themselves."""
    covers = build.manifest.get("guard", {}).values()
    guarded = {part for covered in covers for part in (*covered["covers"], *covered["packed"])}
    _refuse_open(name, _parts(tested) - guarded, tested.manifest["recipe"])


def _refuse_open(name: str, unguarded: set[str], suite: str) -> None:
    if unguarded:
        told = ", ".join(sorted(unguarded)[:4]) + (f" and {len(unguarded) - 4} more" if len(unguarded) > 4 else "")
        raise AblationError(f"is not guarded against {told}", where=name, next=f"say `guard: [{suite}]` in the recipe")


def _tested(suite: str, data: Path | None, *, samples: bool) -> set[str]:
    """The test parts, `chemprot/test`, that would be asked."""
    if _is_build(suite):
        return _parts(artefact.load(suite))
    return {f"{id}/{split}" for id, split, _ in guarding.cover(suite, data, samples=samples, where="--suite").parts}


def _corpora(suite: str) -> set[str]:
    """The corpora of a suite, here or not."""
    if _is_build(suite):
        return {entry["corpus"] for entry in artefact.load(suite).manifest["entries"]}
    return {entry.corpus for entry in recipe.load(suite).mix}


def _is_build(suite: str) -> bool:
    return suite not in shelf.entries("recipes") and (Path(suite) / "manifest.json").is_file()


def _parts(build: Build) -> set[str]:
    """Corpus and split of the rows that are tested."""
    if "test" not in build:
        raise AblationError("has no test part", where=str(build.folder), next="name a benchmark, such as blurb")
    pairs = (
        zip(*(batch[name].to_pylist() for name in ("corpus", "split")))
        for _, batch in build["test"].batches(["corpus", "split"])
    )
    return {f"{corpus}/{split}" for batch in pairs for corpus, split in batch}
