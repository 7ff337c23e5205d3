"""Tokenizers: what counts a text, and where its tokens stand.

    ""                          the rule of thumb of `count_tokens`; needs no file and no other package
    spacy:en                    the rules of a language in spaCy, blanks not counted
    model/ or tokenizer.json    a Hugging Face tokenizer in a folder or a file
    org/model, org/model@main   the same from the Hub, or from its cache where there is no network

A recipe names one, and it counts wherever a build counts: limits, windows, sizes in tokens. Marks that a model puts
around a text ([CLS], <s>) are not counted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from medinstruct.errors import MedinstructError, NotFound
from medinstruct.text import token

Span = tuple[int, int]

MAX_FILE: Final = 256 * 1024 * 1024
"""Bytes of a `tokenizer.json`; the largest in use have 35 MiB."""
ON_THE_HUB: Final = re.compile(r"[\w.-]+/[\w.-]+(?:@[\w./-]+)?")


@dataclass(frozen=True)
class Tokenizer:
    """A way to count tokens."""

    name: str
    """As it was asked for; empty for the rule of thumb."""
    sha256: str
    """Of the file, or of what else decides: spaCy's version and language; empty for the rule of thumb."""
    count: Callable[[str], int]
    spans: Callable[[str], list[Span]]
    """Where the tokens stand, in order; several may share a character."""
    adds_up: bool = False
    """Whether the parts of a text always count as much as the whole, or more."""


RULE: Final = Tokenizer(
    "", "", token.count_tokens, lambda text: token.pieces(text, 0, len(text)), adds_up=True
)  # fmt: skip
"""The rule of thumb."""


@cache
def load(name: str) -> Tokenizer:
    """Return the tokenizer of a name: see the table above. A file beats a name on the Hub.

    Raises:
        NotFound: there is no such file, language or model, or it is not here and the Hub cannot be reached.
        MedinstructError: the package that reads it is not installed, or it is no tokenizer.
    """
    if not name:
        return RULE
    if name.startswith("spacy:"):
        return _spacy(name)
    path = Path(name).expanduser()
    if path.is_dir():
        path /= "tokenizer.json"
    if path.is_file():
        return _from_file(name, path)
    if path.suffix == ".json" or not ON_THE_HUB.fullmatch(name):
        raise NotFound(
            f"no tokenizer {name!r}: no such file or folder here",
            next="a tokenizer is a tokenizer.json, a folder that holds one, spacy:<language>, or org/model on the Hub",
        )
    return _from_file(name, _from_hub(name))


def _spacy(name: str) -> Tokenizer:
    import spacy

    language = name.removeprefix("spacy:")
    try:
        make: Callable[[str], Any] = spacy.blank(language).tokenizer
    except ImportError as error:
        raise NotFound(f"spaCy has no language {language!r}", next="one of its codes, such as spacy:en") from error

    def spans(text: str) -> list[Span]:
        return [(word.idx, word.idx + len(word)) for word in make(_whole(text)) if not word.is_space]

    stated = f"spacy {version('spacy')} {language}"
    return Tokenizer(name, hashlib.sha256(stated.encode()).hexdigest(), lambda text: len(spans(text)), spans)


def _from_file(name: str, path: Path) -> Tokenizer:
    try:
        import tokenizers
    except ImportError as error:
        raise MedinstructError(
            f"the tokenizer {name!r} needs the package tokenizers", next='pip install "medinstruct[tokenizers]"'
        ) from error
    if path.stat().st_size > MAX_FILE:
        raise MedinstructError(f"more than {MAX_FILE:,} bytes", where=str(path))
    raw = path.read_bytes()
    try:
        json.loads(raw)  # its own messages are better than those of a reader that expects a tokenizer
        made: Any = tokenizers.Tokenizer.from_str(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MedinstructError(f"no JSON: {str(error)[:120]}", where=str(path)) from error
    except Exception as error:  # the reader raises nothing more special
        raise MedinstructError(
            f"no tokenizer: {str(error)[:120]}", where=str(path), next="give the tokenizer.json of a model"
        ) from error
    made.no_truncation()
    made.no_padding()

    def encode(text: str) -> Any:
        return made.encode(_whole(text), add_special_tokens=False)

    return Tokenizer(
        name,
        hashlib.sha256(raw).hexdigest(),
        lambda text: len(encode(text).ids),
        lambda text: [(start, end) for start, end in encode(text).offsets if start < end],
    )


def _whole(text: str) -> str:
    """The text with a mark for each half of a surrogate pair, which no tokenizer takes; all offsets stay as they are."""
    return text.encode("utf-8", "replace").decode()


def _from_hub(name: str) -> Path:
    """The `tokenizer.json` of a model, from the Hub if it answers, else from the cache."""
    import huggingface_hub

    model, _, revision = name.partition("@")
    try:
        found = huggingface_hub.hf_hub_download(
            model, "tokenizer.json", revision=revision or None, local_files_only=not _answers(model, revision)
        )
    except (OSError, ValueError) as error:  # what the Hub's client raises is one of the two
        raise NotFound(
            f"no tokenizer {name!r}: it is neither a file here nor in the cache, and was not to be had from the Hub "
            f"({type(error).__name__})",
            next="give the path of its tokenizer.json",
        ) from error
    return Path(found)


def _answers(model: str, revision: str) -> bool:
    """Whether the Hub is switched on, can be reached and has the file: asked once, where its client would ask for half a minute."""
    import huggingface_hub
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of whichever client this version uses

    if huggingface_hub.constants.HF_HUB_OFFLINE:
        return False
    try:
        huggingface_hub.get_hf_file_metadata(
            huggingface_hub.hf_hub_url(model, "tokenizer.json", revision=revision or None)
        )
    except (HTTPError, OSError):
        return False
    return True
