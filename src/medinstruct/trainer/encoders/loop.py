"""One encoder taught one set, by transformers' Trainer: what is ours is the pieces, their targets, and which classes take part."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medinstruct import text as prose
from medinstruct.encoder import EncoderError
from medinstruct.encoder.head import Head
from medinstruct.encoder.model import classifier, tokenizer
from medinstruct.encoder.pieces import NOT_TAUGHT, Batch, Piece, collate, pieces
from medinstruct.encoder.tags import tag
from medinstruct.quiet import quiet
from medinstruct.tasks.task import Example
from medinstruct.trainer.encoders.config import Config
from medinstruct.trainer.encoders.lesson import Lesson
from medinstruct.trainer.weights import check_room, writing

Tell = Callable[[str, int, int], None]
BYTES = 28
"""Of a parameter on the disk: two checkpoints with their optimizer's two numbers, for a moment, and the model."""


@dataclass
class Taught:
    """What came of it."""

    max_tokens: int
    """Of a piece: what was wished, or as many as the model sees."""
    pieces: int
    seconds: float
    device: str
    steps: int = 0
    losses: list[float] = field(default_factory=list)
    """Mean of each epoch."""
    not_carried: dict[str, int] = field(default_factory=dict)
    """Mentions that tags do not carry as they stand, by reason."""
    mentions: int = 0
    cut: int = 0
    """Rows whose text was cut off, as it is read at once."""


@dataclass(slots=True)
class Solved:
    """A piece, and what the model should say to it."""

    piece: Piece
    target: list[int] | list[float]
    """Of tags one class for each id of the piece, of all else what `Head.target` gives."""


def teach(lesson: Lesson, model: str, settings: Config, work: Path, out: Path, tell: Tell) -> Taught:
    """Teach a model a lesson and write it to `out`; checkpoints stand under `work`, from the last of which a broken run goes on.

    Raises:
        EncoderError: if the model cannot be loaded.
    """
    import torch
    import transformers

    begun = time.monotonic()
    if settings.threads:
        torch.set_num_threads(settings.threads)
    words = tokenizer(model)
    transformers.set_seed(settings.seed)
    with quiet():
        network = _network(model, lesson.head)
    head = lesson.head.model_copy(update={"max_tokens": _room(words, network, settings.max_tokens)})
    solved, facts = solve(words, head, lesson.examples)
    steps = -(-len(solved) // settings.batch) * settings.epochs
    is_on_gpu = torch.cuda.is_available()
    arguments = transformers.TrainingArguments(
        output_dir=str(work), num_train_epochs=settings.epochs, per_device_train_batch_size=settings.batch,
        learning_rate=settings.learning_rate, warmup_steps=round(steps * settings.warmup), weight_decay=settings.weight_decay,
        seed=settings.seed, save_strategy="epoch", save_total_limit=1, logging_strategy="epoch", report_to=[], disable_tqdm=True,
        remove_unused_columns=False, train_sampling_strategy="group_by_length", use_cpu=not is_on_gpu,
        bf16=is_on_gpu and torch.cuda.is_bf16_supported(),
    )  # fmt: skip
    made = _trainer(head, words, network, arguments, solved, _teller(lesson.name, tell))
    check_room(work, BYTES * network.num_parameters(), "checkpoints and model take")
    with quiet(), writing(out):
        made.train(resume_from_checkpoint=_has_checkpoint(work))
        network.save_pretrained(out)
        words.save_pretrained(out)
    facts.seconds, facts.steps = round(time.monotonic() - begun, 1), made.state.global_step
    facts.device = str(made.args.device)
    facts.losses = [round(line["loss"], 5) for line in made.state.log_history if "loss" in line]
    return facts


def _has_checkpoint(work: Path) -> bool:
    """Whether there is one to go on from; what a killed run left half written is cleared away."""
    for folder in work.glob("checkpoint-*"):
        if not (folder / "trainer_state.json").is_file():  # it is written last
            shutil.rmtree(folder)
    return any(work.glob("checkpoint-*"))


def solve(words: Any, head: Head, examples: Sequence[Example[Any, Any]]) -> tuple[list[Solved], Taught]:
    """Return the pieces of examples with their targets, and what was lost on the way."""
    solved: list[Solved] = []
    lost, facts = Counter[str](), Taught(head.max_tokens, 0, 0.0, "")
    numbers = {name: n for n, name in enumerate(head.classes)}
    for example in examples:
        cut = pieces(words, head, example.question)
        facts.cut += any(piece.is_cut for piece in cut)
        if head.kind != "tags":
            solved += (Solved(piece, head.target(example)) for piece in cut)
            continue
        tagged = tag(example.gold.spans, prose.tokens(example.question.text))
        lost += tagged.lost
        facts.mentions += len(example.gold.spans)
        for piece in cut:
            target = [NOT_TAUGHT] * len(piece)
            for place, token in reversed(piece.places):  # where two tokens begin in one piece of word, the first counts
                target[place] = numbers[tagged.tags[token]]
            solved.append(Solved(piece, target))
    facts.pieces, facts.not_carried = len(solved), dict(sorted(lost.items()))
    return solved, facts


def loss(head: Head, logits: Any, target: Any, allowed: Any) -> Any:
    """Return the mean loss of a batch.

    Args:
        head: Whose classes these are.
        logits: (pieces, tokens, classes), or (pieces, classes).
        target: (pieces, tokens) and (pieces,) classes; (pieces, classes) of several; (pieces,) numbers of a score.
        allowed: (pieces, classes); what a row does not ask takes no part.
    """
    import torch
    from torch.nn import functional

    logits = logits.float()
    if head.kind == "score":
        return functional.mse_loss(logits[:, 0], target[:, 0])
    if head.kind == "several":
        each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
        return (each * allowed).sum() / allowed.sum()
    shaped = allowed[:, None] if head.kind == "tags" else allowed
    held = logits.masked_fill(~shaped, torch.finfo(logits.dtype).min)
    return functional.cross_entropy(held.flatten(0, -2), target.flatten(), ignore_index=NOT_TAUGHT)


def _trainer(head: Head, words: Any, network: Any, arguments: Any, solved: list[Solved], teller: Any) -> Any:
    import transformers

    class Trainer(transformers.Trainer):  # type: ignore[misc]  # transformers is read without its types
        def compute_loss(
            self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            target, allowed = inputs.pop("target"), inputs.pop("allowed")
            outputs = model(**inputs)
            found = loss(head, outputs.logits, target, allowed)
            return (found, outputs) if return_outputs else found

    made = Trainer(
        model=network, args=arguments, train_dataset=_Rows(solved), callbacks=[teller],
        data_collator=lambda some: _batch(words, head, [item["solved"] for item in some]),
    )  # fmt: skip
    made.remove_callback(transformers.PrinterCallback)  # losses stand in the facts
    return made


class _Rows(Sequence[Any]):
    """Pieces as the Trainer wants them: mappings whose `input_ids` say by which length to group them."""

    def __init__(self, solved: Sequence[Solved]) -> None:
        self.solved = solved

    def __len__(self) -> int:
        return len(self.solved)

    def __getitem__(self, at: Any) -> Any:
        return {"solved": self.solved[at], "input_ids": self.solved[at].piece.inputs["input_ids"]}


def _batch(words: Any, head: Head, some: Sequence[Solved]) -> Batch:
    """Pieces and targets as tensors; targets of tags are filled up to the longest piece."""
    import torch

    batch = collate(words, [solved.piece for solved in some])
    longest = batch["input_ids"].shape[1]
    wide = longest if head.kind == "tags" else 0
    rows = [[*solved.target, *[NOT_TAUGHT] * (wide - len(solved.target))] for solved in some]
    return {**batch, "target": torch.tensor(rows)}


def _network(model: str, head: Head) -> Any:
    import torch

    names = dict(enumerate(head.classes))
    try:
        return classifier(head.kind).from_pretrained(
            model, num_labels=len(names), id2label=names, label2id={name: n for n, name in names.items()},
            use_safetensors=True, dtype=torch.float32, ignore_mismatched_sizes=True,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise EncoderError(f"no encoder can be loaded: {' '.join(str(error).split())[:200]}", where=model) from error


def _room(words: Any, network: Any, wished: int) -> int:
    """Ids that a piece may have: no more than there are positions, nor than the tokenizer was made for."""
    places = int(getattr(network.config, "max_position_embeddings", 0) or wished)
    if network.config.model_type in ("roberta", "xlm-roberta", "camembert", "longformer"):
        places -= 2  # their positions are counted from the padding's id on
    return int(min(wished, places, words.model_max_length))


def _teller(name: str, tell: Tell) -> Any:
    import transformers

    class Teller(transformers.TrainerCallback):  # type: ignore[misc]  # transformers is read without its types
        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            tell(name, state.global_step, state.max_steps)

    return Teller()


def identity(model: str) -> str:
    """What tells a model from others: of a folder the hashes of its weights, else its name."""
    files = sorted(Path(model).glob("*.safetensors")) if Path(model).is_dir() else []
    return "\n".join([Path(model).name if files else model, *(_sha256(file) for file in files)])


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
