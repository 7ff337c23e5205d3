"""What the terms of corpora oblige their users to, and which license a mixture of them can carry.

Every row of a mixture is an adaptation of the text that it asks about: it cuts, rewords and rearranges it. A license
for the whole must therefore be one that each part allows its adaptations to be given.

    cc-by-4.0 + cc-by-sa-3.0            cc-by-sa-4.0     share-alike asks for itself or a later version
    cc-by-sa-4.0 + cc-by-nc-4.0         none             the one forbids the condition that the other demands
    cc-by-sa-4.0 + gpl-3.0              gpl-3.0          the one named license that share-alike lets through
    apache-2.0 + agreement              none             text under agreement goes nowhere

Where none fits, rows may still stand side by side in one collection, each under its own terms, if each part may be
adapted and handed on at all: share-alike does not reach beyond the adaptation itself.

A license is known by its identifier on the Hub (https://huggingface.co/docs/hub/repositories-licenses). Sources: the
legal codes linked in `TERMS`; Creative Commons' adapter's license chart and list of compatible licenses
(https://wiki.creativecommons.org/wiki/Wiki/cc_license_compatibility,
https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses); the Free Software Foundation's list
(https://www.gnu.org/licenses/license-list.html). This is an aid for people who read licenses, not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from medinstruct import markdown
from medinstruct.errors import MedinstructError, did_you_mean

Obligation = Literal[
    "attribution", "share-alike", "non-commercial", "no-derivatives", "research-only", "agreement", "unknown", "generator-terms"
]  # fmt: skip

FREE_TO_STRICT = (
    "cc0-1.0", "mit", "apache-2.0", "cc-by-4.0", "cc-by-sa-4.0", "gpl-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "other"
)  # fmt: skip
"""The licenses that a mixture may be given, from the one that asks least. `other` is no license but a statement of terms: those
of the parts, all of them.
"""

_BY = frozenset({"cc-by-4.0", "cc-by-sa-4.0", "gpl-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "other"})
_OLD_BY = _BY - {"gpl-3.0"}
"""Before version 4.0 a licensor may have the credit taken out (§4(a)), which as we read it is none of the terms that the GPL lets stand
beside it (§7, §10). The stricter reading is taken: version 4.0 is said to be compatible by the GPL's authors, and of the others nobody says so.
"""
_NC = frozenset({"cc-by-nc-4.0", "cc-by-nc-sa-4.0", "other"})


@dataclass(frozen=True)
class Terms:
    """What a license asks for, and what it lets its adaptations be given."""

    obligations: frozenset[Obligation]
    adapted: frozenset[str]
    """Those of `FREE_TO_STRICT` that an adaptation may carry."""
    text: str = ""
    """Address of the license's text."""
    why: str = ""
    """Why no more than `adapted`, as a clause that follows the license's name."""


def _terms(obligations: str, adapted: Iterable[str], text: str = "", why: str = "") -> Terms:
    return Terms(frozenset(obligations.split()), frozenset(adapted), text, why)  # type: ignore[arg-type]  # words of `Obligation`, checked by a test


_CC = "https://creativecommons.org/licenses"
_ASKS_CREDIT = "asks for attribution"
_ASKS_OLD_CREDIT = "asks for attribution in terms that the GPL does not take up"
_NO_TRADE = "forbids commercial use"
_ALIKE = "lets adaptations carry no other license than itself or a compatible one"
_WHOLE = "forbids handing on adaptations, which every row is"

TERMS: dict[str, Terms] = {
    "cc0-1.0": _terms("", FREE_TO_STRICT, "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
    "public-domain": _terms("", FREE_TO_STRICT, "https://creativecommons.org/publicdomain/mark/1.0/"),
    "mit": _terms("attribution", {"mit", "apache-2.0", *_BY}, "https://opensource.org/license/mit", _ASKS_CREDIT),
    "apache-2.0": _terms("attribution", {"apache-2.0", *_BY}, "https://www.apache.org/licenses/LICENSE-2.0", "asks for its notices to be kept"),
    "isc": _terms("attribution", {"mit", "apache-2.0", *_BY}, "https://opensource.org/license/isc-license-txt", _ASKS_CREDIT),
    "cc-by-2.0": _terms("attribution", _OLD_BY, f"{_CC}/by/2.0/legalcode", _ASKS_OLD_CREDIT),
    "cc-by-3.0": _terms("attribution", _OLD_BY, f"{_CC}/by/3.0/legalcode", _ASKS_OLD_CREDIT),
    "cc-by-4.0": _terms("attribution", _BY, f"{_CC}/by/4.0/legalcode", _ASKS_CREDIT),
    "cc-by-sa-3.0": _terms("attribution share-alike", {"cc-by-sa-4.0"}, f"{_CC}/by-sa/3.0/legalcode", _ALIKE),
    "cc-by-sa-4.0": _terms("attribution share-alike", {"cc-by-sa-4.0", "gpl-3.0"}, f"{_CC}/by-sa/4.0/legalcode", _ALIKE),
    "cc-by-nc-2.0": _terms("attribution non-commercial", _NC, f"{_CC}/by-nc/2.0/legalcode", _NO_TRADE),
    "cc-by-nc-3.0": _terms("attribution non-commercial", _NC, f"{_CC}/by-nc/3.0/legalcode", _NO_TRADE),
    "cc-by-nc-4.0": _terms("attribution non-commercial", _NC, f"{_CC}/by-nc/4.0/legalcode", _NO_TRADE),
    "cc-by-nc-sa-3.0": _terms("attribution non-commercial share-alike", {"cc-by-nc-sa-4.0"}, f"{_CC}/by-nc-sa/3.0/legalcode", _ALIKE),
    "cc-by-nc-sa-4.0": _terms("attribution non-commercial share-alike", {"cc-by-nc-sa-4.0"}, f"{_CC}/by-nc-sa/4.0/legalcode", _ALIKE),
    "cc-by-nd-4.0": _terms("attribution no-derivatives", (), f"{_CC}/by-nd/4.0/legalcode", _WHOLE),
    "cc-by-nc-nd-4.0": _terms("attribution non-commercial no-derivatives", (), f"{_CC}/by-nc-nd/4.0/legalcode", _WHOLE),
    "gpl-3.0": _terms("attribution share-alike", {"gpl-3.0"}, "https://www.gnu.org/licenses/gpl-3.0.html", _ALIKE),
    "gfdl": _terms("attribution share-alike", (), "https://www.gnu.org/licenses/fdl-1.3.html", _ALIKE),
    "genia": _terms("attribution", _OLD_BY, "http://www.geniaproject.org/home", _ASKS_OLD_CREDIT),  # its own text: annotations under CC BY 3.0
    "nlm": _terms("attribution", _BY, "https://www.nlm.nih.gov/databases/download/terms_and_conditions.html", _ASKS_CREDIT),
    "generator-terms": _terms("generator-terms", {"other"}, "", "binds whoever uses what a model wrote to its maker's terms"),
    "research-only": _terms("attribution research-only", {"other"}, "", "allows research only, which no standard license says"),
    "agreement": _terms("agreement", (), "", "is under an agreement that lets no text leave"),
    "unknown": _terms("unknown", (), "", "is under terms that nobody states, and what is not allowed is forbidden"),
}  # fmt: skip
"""Every license that a corpus may name. `unknown` where nobody states one, `agreement` where a signed one is needed."""

STAYS: frozenset[Obligation] = frozenset({"agreement", "unknown", "no-derivatives"})
"""Rows under one of these are handed on by nobody who was not allowed to by name; under `agreement` by nobody at all."""


@dataclass(frozen=True)
class License:
    """The terms of a corpus, and where they are stated."""

    id: str
    """A key of `TERMS`."""
    stated: str = ""
    """Who says so, in a few words: `README of the release`; says too what is doubtful."""

    def __post_init__(self) -> None:
        if self.id not in TERMS:
            raise MedinstructError(f"no license {self.id!r}", next=did_you_mean(self.id, TERMS))

    @property
    def obligations(self) -> frozenset[Obligation]:
        return TERMS[self.id].obligations


def together(ids: Iterable[str]) -> set[Obligation]:
    """Return every obligation that a mixture of rows under these licenses is under."""
    return {obligation for id in ids for obligation in TERMS[id].obligations}


def known(id: str) -> str:
    """Return a license as a key of `TERMS`: itself, or `unknown` for one that nobody knows, as builds from anywhere may name."""
    return id if id in TERMS else "unknown"


def is_closed(*ids: str) -> bool:
    """Return whether text under one of these licenses stays on this machine: an agreement asks for that, and so may terms that
    nobody knows.
    """
    return any(id not in TERMS or "agreement" in TERMS[id].obligations for id in ids)


class Conflict(NamedTuple):
    """Two licenses whose adaptations have no license in common, or one (`other` empty) whose adaptations have none."""

    one: str
    other: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """Which license a mixture can carry, and why."""

    license: str | None
    """The one of `FREE_TO_STRICT` that asks least of those that every part allows; None where there is none."""
    collection: bool
    """Whether its rows may at least stand side by side, each under its own terms."""
    obligations: tuple[Obligation, ...]
    because: tuple[str, ...]
    """For each license of a part that rules out one that asks less: `cc-by-sa-3.0 lets adaptations carry …`."""
    conflicts: tuple[Conflict, ...]
    drop: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each license of `FREE_TO_STRICT`, the parts to leave out so that the rest can carry it."""

    @property
    def hub(self) -> str:
        """The identifier for the head of a card."""
        return self.license or "other"

    def carrying(self, wanted: str) -> Verdict:
        """The verdict with the license that a recipe demands, where every part allows it."""
        return replace(self, license=wanted) if self.license and self.drop.get(wanted) == () else self


def of_build(manifest: Mapping[str, Any]) -> Verdict:
    """Return which license a build can carry by what its manifest says; a license that nobody knows counts as `unknown`."""
    parts = {id: known(corpus["license"]) for id, corpus in manifest["corpora"].items()}
    return verdict(parts).carrying(manifest.get("license", ""))


def verdict(parts: Mapping[str, str]) -> Verdict:
    """Return which license a mixture can carry: the one that asks least of those that each part allows.

    Args:
        parts: Name of each part, and the id of its license.

    Raises:
        MedinstructError: if a license is not in `TERMS`.
    """
    for part, id in parts.items():
        if id not in TERMS:
            raise MedinstructError(f"no license {id!r}", where=part, next=did_you_mean(id, TERMS))
    ids = sorted(set(parts.values()))
    allowed = [name for name in FREE_TO_STRICT if all(name in TERMS[id].adapted for id in ids)]
    chosen = allowed[0] if allowed else None
    freer = set(FREE_TO_STRICT[: FREE_TO_STRICT.index(chosen)] if chosen else FREE_TO_STRICT)
    return Verdict(
        license=chosen,
        collection=not together(ids) & STAYS,
        obligations=tuple(sorted(together(ids))),
        because=tuple(f"{id} {TERMS[id].why}" for id in ids if freer - TERMS[id].adapted),
        conflicts=() if chosen else tuple(_conflicts(ids)),
        drop={name: tuple(sorted(part for part, id in parts.items() if name not in TERMS[id].adapted)) for name in FREE_TO_STRICT},
    )  # fmt: skip


def _conflicts(ids: list[str]) -> Iterable[Conflict]:
    """The licenses that allow nothing, and the pairs that allow nothing together."""
    usable = []
    for id in ids:
        if TERMS[id].adapted:
            usable.append(id)
        else:
            yield Conflict(id, "", f"{id} {TERMS[id].why}")
    for n, one in enumerate(usable):
        for other in usable[n + 1 :]:
            if not TERMS[one].adapted & TERMS[other].adapted:
                yield Conflict(one, other, f"{one} {TERMS[one].why}, {other} {TERMS[other].why}")


def attribution(corpora: Mapping[str, Mapping[str, object]]) -> str:
    """Return the attribution file of a mixture as Markdown.

    Args:
        corpora: Of each part its `title`, `homepage`, `citation`, `version`, `license`, and who `stated` it.
    """
    head = (
        "# Attribution\n\nThe rows of this mixture are adapted from the following works. Texts were cut into passages or sentences, put into "
        "prompts, and their annotations rewritten as answers; nobody named here endorses the result.\n"
    )
    return head + "".join(_credit(corpora[id]) for id in sorted(corpora))


def _credit(corpus: Mapping[str, object]) -> str:
    id = str(corpus["license"])
    terms = TERMS[id].text if id in TERMS else ""
    version = f" ({markdown.text(corpus['version'])})" if corpus.get("version") else ""
    stated = f", stated by: {markdown.text(corpus['stated'])}" if corpus.get("stated") else ""
    lines = (
        markdown.text(corpus["citation"]),
        markdown.link(corpus["homepage"], corpus["homepage"]),
        f"License: {markdown.link(id, terms)}{stated}",
    )
    return f"\n## {markdown.text(corpus['title'])}{version}\n\n" + "".join(f"- {line}\n" for line in lines if line)
