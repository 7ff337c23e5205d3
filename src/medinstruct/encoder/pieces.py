"""A question as ids for a model: one piece, or windows that share a quarter of their tokens where a text to be tagged is long.

A token of `text.tokens` is read off the tokenizer's piece of word at which it begins (the first one, as in Devlin et al. 2019,
arXiv 1810.04805, §5.3); where windows share it, off the window in which it stands farthest from an edge.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medinstruct import text as prose
from medinstruct.document import Span
from medinstruct.encoder.head import Head
from medinstruct.tasks.task import Question

NOT_TAUGHT = -100
"""Of tokens that no loss is taken of; what torch's cross entropy leaves out."""
Batch = dict[str, Any]


@dataclass(slots=True)
class Piece:
    """What a model reads at once."""

    inputs: dict[str, list[int]]
    """`input_ids` and what else the tokenizer gives."""
    allowed: list[bool]
    places: list[tuple[int, int]]
    """(place in `input_ids`, token of the text) for each token that is read off here; empty where a whole text is."""
    is_cut: bool = False
    """Whether text was left out at the end, as a whole text is read at once."""

    def __len__(self) -> int:
        return len(self.inputs["input_ids"])


def pieces(tokenizer: Any, head: Head, question: Question) -> list[Piece]:
    """Return the pieces of a question, in the order of its text."""
    allowed = head.allowed(question)
    first, second = head.texts(question)
    if head.kind == "tags":
        return list(_windows(tokenizer, head, first, allowed))
    pair = (first, second) if second else (first,)
    found = tokenizer(*pair, truncation=False, verbose=False)
    if not (is_cut := len(found["input_ids"]) > head.max_tokens):
        return [Piece(dict(found), allowed, [])]
    cut = tokenizer(*pair, truncation="longest_first", max_length=head.max_tokens)
    return [Piece(dict(cut), allowed, [], is_cut)]


def _windows(tokenizer: Any, head: Head, text: str, allowed: list[bool]) -> Iterator[Piece]:
    found = tokenizer(
        text, truncation=True, max_length=head.max_tokens, stride=head.max_tokens // 4, return_overflowing_tokens=True,
        return_offsets_mapping=True, return_special_tokens_mask=True,
    )  # fmt: skip
    starts = [start for start, _ in prose.tokens(text)]
    offsets, special = found.pop("offset_mapping"), found.pop("special_tokens_mask")
    found.pop("overflow_to_sample_mapping")
    for n, (spans, marks) in enumerate(zip(offsets, special)):
        inputs = {name: column[n] for name, column in found.items()}
        yield Piece(inputs, allowed, list(_begun([(0, 0) if m else s for s, m in zip(spans, marks)], starts)))


def _begun(spans: Sequence[Span], starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(place of a piece of word, token) for each token of the text that begins in a piece of word."""
    for place, (start, end) in enumerate(spans):
        for token in range(bisect_left(starts, start), bisect_left(starts, end)):
            yield place, token


def central(windows: Sequence[Piece]) -> Mapping[int, tuple[int, int]]:
    """(window, place) for each token of a text: the window in which it stands farthest from an edge."""
    best: dict[int, tuple[int, int, int]] = {}
    for n, window in enumerate(windows):
        for place, token in window.places:
            depth = min(place, len(window) - place)
            if token not in best or depth > best[token][0]:
                best[token] = depth, n, place
    return {token: (n, place) for token, (_, n, place) in best.items()}


def collate(tokenizer: Any, some: Sequence[Piece]) -> Batch:
    """Return pieces as tensors: what the model reads, and `allowed`, (pieces, classes)."""
    import torch

    batch: Batch = dict(tokenizer.pad([piece.inputs for piece in some], padding_side="right", return_tensors="pt"))
    return {**batch, "allowed": torch.tensor([piece.allowed for piece in some])}
