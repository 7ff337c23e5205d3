"""The folder of an encoder: read and asked.

    encoder/                        or one folder for each set: encoder/bc5cdr-ner/, encoder/hoc-dc/ …
      head.json                     what it was taught (head.py), and from what
      config.json model.safetensors tokenizer.json …

Weights are read from safetensors alone, and no code of a model's repository is run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from medinstruct import text as prose
from medinstruct.encoder import tags
from medinstruct.encoder.head import EncoderError, Head
from medinstruct.encoder.pieces import Piece, central, collate, pieces
from medinstruct.quiet import quiet
from medinstruct.tasks.span_extraction import SpanQuestion
from medinstruct.tasks.task import Gold, Question

FILE = "head.json"
WORDS = ("tokenizer.json", "vocab.*", "*.model")
"""Files of which a tokenizer has one."""


def find(folder: Path) -> list[tuple[Path, Head]]:
    """Return the heads of a folder, and where each one's model is.

    Raises:
        EncoderError: if there is none, or one is damaged.
    """
    files = [file for file in (folder / FILE, *sorted(folder.glob(f"*/{FILE}"))) if file.is_file()]
    if not files:
        raise EncoderError(
            "holds no encoder", where=str(folder), next="medinstruct train BUILD --method encoder --model M --out DIR"
        )
    return [(file.parent, _head(file)) for file in files]


def _head(file: Path) -> Head:
    try:
        return Head.model_validate(json.loads(file.read_bytes())["head"])
    except (OSError, ValueError, LookupError, TypeError, ValidationError) as error:
        what = " ".join(str(error).split())[:160]
        raise EncoderError(f"is damaged: {what}", where=str(file), next="train it again") from error


def classifier(kind: str) -> Any:
    """The class of transformers' models that a kind of head is."""
    import transformers

    of_tokens, of_texts = transformers.AutoModelForTokenClassification, transformers.AutoModelForSequenceClassification
    return of_tokens if kind == "tags" else of_texts


def tokenizer(name: str) -> Any:
    """Return the tokenizer of a folder or a name on the Hub.

    Raises:
        EncoderError: if there is none, or it does not say where in the text its tokens stand.
    """
    import transformers

    folder = Path(name)
    if folder.is_dir() and not any(
        any(folder.glob(pattern)) for pattern in WORDS
    ):  # transformers would make an empty one
        raise EncoderError("holds no tokenizer", where=name, next="copy that of the model into it")
    try:
        found = transformers.AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EncoderError(f"no tokenizer can be loaded: {' '.join(str(error).split())[:200]}", where=name) from error
    if not found.is_fast:
        raise EncoderError("its tokenizer does not tell offsets, by which labels are laid on tokens", where=name,
                           next="take a model with a tokenizer.json")  # fmt: skip
    if found.pad_token_id is None:
        raise EncoderError("its tokenizer has no padding token", where=name, next="take an encoder, such as a BERT")
    return found


class Encoder:
    """A model in this process, on the GPU if there is one."""

    def __init__(self, folder: Path, head: Head) -> None:
        import torch

        self.torch, self.head = torch, head
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = tokenizer(str(folder))
        try:
            with quiet():
                model: Any = classifier(head.kind).from_pretrained(
                    str(folder), use_safetensors=True, dtype=torch.float32
                )
        except (OSError, ValueError, RuntimeError) as error:
            raise EncoderError(f"cannot be loaded: {' '.join(str(error).split())[:200]}", where=str(folder)) from error
        self.model = model.to(self.device).eval()

    def answer(self, questions: Sequence[Question], batch: int = 32) -> Iterator[tuple[int, Gold]]:
        """Yield what the model says to each question, behind its place, in whatever order it comes.

        Args:
            questions: Such as the head was taught.
            batch: Pieces at once, those of a question together; longest first.
        """
        cut = [(pieces(self.tokenizer, self.head, question), n) for n, question in enumerate(questions)]
        cut.sort(key=lambda item: -max(map(len, item[0])))
        waiting: list[tuple[list[Piece], int]] = []
        for n, item in enumerate(cut):
            waiting.append(item)
            if sum(len(some) for some, _ in waiting) >= batch or n + 1 == len(cut):
                outputs = iter(self._outputs([piece for some, _ in waiting for piece in some], batch))
                for some, place in waiting:
                    yield place, self._said(questions[place], some, [next(outputs) for _ in some])
                waiting = []

    def _outputs(self, some: Sequence[Piece], batch: int) -> Iterator[Any]:
        """The logits of each piece: (tokens, classes) or (classes); of what is not asked, the lowest there is."""
        torch = self.torch
        for at in range(0, len(some), batch):
            inputs = {k: v.to(self.device) for k, v in collate(self.tokenizer, some[at : at + batch]).items()}
            allowed = inputs.pop("allowed")
            with torch.inference_mode():
                logits = self.model(**inputs).logits.float()
            shaped = allowed[:, None] if self.head.kind == "tags" else allowed
            yield from logits.masked_fill(~shaped, torch.finfo(logits.dtype).min).cpu()

    def _said(self, question: Question, some: Sequence[Piece], outputs: Sequence[Any]) -> Gold:
        if not isinstance(question, SpanQuestion):
            return self.head.said(outputs[0].tolist(), question)
        best = [logits.argmax(-1).tolist() for logits in outputs]
        tokens, classes, places = prose.tokens(question.text), self.head.classes, central(some)
        # a token of which the tokenizer keeps nothing (a control character, say) is no part of a mention
        said = [classes[best[places[n][0]][places[n][1]]] if n in places else tags.OUTSIDE for n in range(len(tokens))]
        return tags.spans(said, tokens)
