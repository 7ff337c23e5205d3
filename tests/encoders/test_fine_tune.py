"""Encoders are taught each set of a build and answer its rows, by the same parsers and scores as any model."""

import json
import shutil
import sys

import pytest
import torch

import medinstruct
from medinstruct import chat, encoder, evaluator
from medinstruct.encoder import EncoderError, Head
from medinstruct.encoder.model import tokenizer
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import Example
from medinstruct.trainer import TrainError, encoders
from medinstruct.trainer.encoders import loop
from medinstruct.trainer.encoders.lesson import lessons

QUICK = {"epochs": 1, "batch": 8, "learning_rate": 1e-3, "max_tokens": 48}
SETS = {
    "bc5cdr-ner-chemical": "tags",
    "bc5cdr-ner-disease": "tags",
    "chemprot-re": "one",
    "hoc-dc": "several",
    "biosses-sts": "score",
}


def test_each_set_is_a_lesson_and_what_is_written_is_left_out(build):
    found, left_out = lessons(build, 48)

    assert {lesson.name: lesson.head.kind for lesson in found} == SETS
    assert left_out.pop("bc5cdr/re") == "its answers are written, not chosen"
    assert left_out.pop("medmcqa/qa").startswith("its options differ from row to row")
    assert not left_out
    examples = {lesson.name: lesson.examples for lesson in found}
    assert all(span.label == "Chemical" for one in examples["bc5cdr-ner-chemical"] for span in one.gold.spans)


def test_many_options_belong_to_single_questions(build, monkeypatch):
    monkeypatch.setattr("medinstruct.trainer.encoders.lesson.MOST_CLASSES", 5)

    _, left_out = lessons(build, 48)

    assert left_out["hoc/dc"].startswith("its options differ from row to row")


def test_labels_that_are_not_asked_change_no_loss():
    """Whatever the model says of them: a row that asks for one label alone does not teach that the other is absent."""
    head = Head(kind="tags", corpus="c", task="t", type="x", labels=("A", "B"), max_tokens=8)
    target, allowed = torch.tensor([[0, 1, -100]]), torch.tensor([[True, True, True, False, False]])
    logits = torch.randn(1, 3, 5)
    other = logits.clone()
    other[..., 3:] += 9

    assert torch.equal(loop.loss(head, logits, target, allowed), loop.loss(head, other, target, allowed))
    by_hand = torch.nn.functional.cross_entropy(logits[0, :2, :3], torch.tensor([0, 1]))
    assert torch.allclose(loop.loss(head, logits, target, allowed), by_hand)


def test_targets_of_whole_texts_are_one_for_each_class_however_long_the_texts(model):
    """Also where a text happens to have as many ids as the set has classes."""
    words = tokenizer(str(model))
    short, long = (Example(ChoiceQuestion(texts={"text": text}, options=("A", "B", "C"), several=True), ChoiceGold(choices=(1,)))
                   for text in ("x", "x x x x x x"))  # fmt: skip
    head = Head(kind="several", corpus="c", task="t", type="x", labels=("A", "B", "C"), max_tokens=16)
    solved, _ = loop.solve(words, head, [short, long])

    batch = loop._batch(words, head, solved)

    assert len(solved[0].piece) == len(head.classes) < len(solved[1].piece)
    assert batch["target"].tolist() == [[0.0, 1.0, 0.0]] * 2


@pytest.mark.slow
def test_every_kind_of_set_is_learnt_by_heart(build, model, tmp_path):
    """Taught its own test rows, and asked them through `evaluate`; two labels of one corpus are two models."""
    config = {"epochs": 80, "batch": 2, "learning_rate": 1e-3, "max_tokens": 128}
    tuned = encoders.fine_tune(build, model=str(model), out=tmp_path / "out", config=config, samples=True)

    assert tuned.facts["sets"].keys() == SETS.keys()
    assert not (tmp_path / "out" / ".work").exists()
    queries = [query for query in chat.queries(build["test"], chat.wordings(build.manifest))
               if f"{query.row['corpus']}/{query.row['task']}" in {"bc5cdr/ner", "chemprot/re", "hoc/dc", "biosses/sts"}]  # fmt: skip
    backend = chat.load(f"encoder:{tmp_path / 'out'}")
    answers = {answer.id: answer.text for answer in backend.answer(queries)}
    for kind in ("span_extraction", "multiple_choice", "similarity"):
        right = [answers[query.row["id"]] == query.right for query in queries if query.row["type"] == kind]
        assert sum(right) / len(right) > 0.9, kind


def only(build, folder, *corpora):
    """The build with rows of some corpora alone."""
    recipe = (build.manifest["recipe_text"]).split("mix:\n")
    lines = [line for line in recipe[1].splitlines() if any(corpus in line for corpus in corpora)]
    folder.mkdir()
    (folder / "only.yaml").write_text(
        recipe[0].replace("roles: [train]", "roles: [train, test]") + "mix:\n" + "\n".join(lines) + "\n"
    )
    return medinstruct.build(str(folder / "only.yaml"), samples=True, out=folder / "build", workers=1)


def test_an_evaluation_of_an_encoder_is_one_like_others(build, model, tmp_path):
    small = only(build, tmp_path / "hoc", "hoc", "biosses")
    encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)

    run = evaluator.evaluate(small, f"encoder:{tmp_path / 'out'}", out=tmp_path / "run")

    assert [one["name"] for one in run.scores["datasets"]] == ["hoc/dc", "biosses/sts"]
    items = [json.loads(line) for line in (tmp_path / "run" / "items.jsonl").read_text().splitlines()]
    assert {item["state"] for item in items} <= {"exact", "empty"}


def test_two_runs_of_one_seed_give_the_same_weights_and_another_seed_others(build, model, tmp_path):
    small = only(build, tmp_path / "hoc", "hoc")
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        encoders.fine_tune(small, model=str(model), out=tmp_path / name, config={**QUICK, "seed": seed}, samples=True)
    one, same, other = (
        (tmp_path / name / "hoc-dc" / "model.safetensors").read_bytes() for name in ("one", "same", "other")
    )

    assert one == same
    assert one != other


def test_one_that_is_broken_off_goes_on_to_the_same_weights(build, model, tmp_path, monkeypatch):
    """Stopped behind its second epoch of three, and asked for again."""
    small, config = only(build, tmp_path / "hoc", "hoc"), {**QUICK, "epochs": 3}
    whole = encoders.fine_tune(small, model=str(model), out=tmp_path / "whole", config=config, samples=True)
    steps = whole.facts["sets"]["hoc-dc"]["steps"]

    def stop(what, done, of):
        if done == steps * 2 // 3 + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encoders.fine_tune(small, model=str(model), out=tmp_path / "broken", config=config, samples=True, tell=stop)
    assert not (tmp_path / "broken" / "hoc-dc").exists()
    assert list((tmp_path / "broken" / ".work").rglob("checkpoint-*"))

    (half,) = {folder.parent / "checkpoint-999" for folder in (tmp_path / "broken" / ".work").rglob("checkpoint-*")}
    half.mkdir()  # as a run leaves it that is killed while it writes one

    seen = []
    encoders.fine_tune(small, model=str(model), out=tmp_path / "broken", config=config, samples=True,
                       tell=lambda what, done, of: seen.append(done))  # fmt: skip

    assert min(seen) == steps * 2 // 3 + 1
    weights = [(tmp_path / name / "hoc-dc" / "model.safetensors").read_bytes() for name in ("whole", "broken")]
    assert weights[0] == weights[1]


def test_a_set_that_stands_is_not_taught_again_and_never_mixed_with_others(build, model, tmp_path):
    small = only(build, tmp_path / "hoc", "hoc")
    first = encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)
    at = (tmp_path / "out" / "hoc-dc" / "model.safetensors").stat().st_mtime_ns

    again = encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)

    assert again.facts == first.facts
    assert (tmp_path / "out" / "hoc-dc" / "model.safetensors").stat().st_mtime_ns == at
    with pytest.raises(TrainError, match="hoc-dc: holds a model of another build, model or config"):
        encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config={**QUICK, "seed": 5}, samples=True)


def test_two_do_not_teach_into_one_folder_at_once(build, model, tmp_path):
    small, refused = only(build, tmp_path / "hoc", "hoc"), []

    def again(what, done, of):
        if not refused:
            with pytest.raises(TrainError, match="out: another training is writing here") as told:
                encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)
            refused.append(told)

    encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True, tell=again)
    assert refused
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"hoc-dc", "train.json"}


def test_what_cannot_be_taught_is_told_in_a_line(build, model, tmp_path):
    empty, bare = tmp_path / "empty", tmp_path / "bare"
    empty.mkdir()
    shutil.copytree(model, bare)
    (bare / "tokenizer.json").unlink()
    (bare / "tokenizer_config.json").unlink()
    written = only(build, tmp_path / "written", "task: re}")
    cases = [
        ("bundled samples", TrainError, {}),
        ("empty: holds no tokenizer", EncoderError, {"model": str(empty), "samples": True}),
        ("bare: holds no tokenizer", EncoderError, {"model": str(bare), "samples": True}),
        (r"config: epoch: unknown key.*did you mean epochs", TrainError, {"config": {"epoch": 3}, "samples": True}),
        (r"config: epochs: .*not '0'", TrainError, {"config": {"epochs": 0}, "samples": True}),
        (r"no config '.*none\.yaml'", NotFound, {"config": tmp_path / "none.yaml", "samples": True}),
        (
            r"config: learning_rat: unknown key.*did you mean learning_rate",
            TrainError,
            {"settings": {"learning_rat": 1.0}, "samples": True},
        ),
        (r"configs/full\.yaml: title: unknown key", TrainError, {"config": "full", "samples": True}),
        (
            "nothing in its train part.*bc5cdr/re: its answers are written",
            TrainError,
            {"build": written, "samples": True},
        ),
    ]
    for match, kind, how in cases:
        with pytest.raises(kind, match=match) as error:
            encoders.fine_tune(
                how.pop("build", build), **{"model": str(model), "out": tmp_path / "out", "config": QUICK, **how}
            )
        assert "\n" not in str(error.value)
    assert not list((tmp_path / "out").rglob("head.json"))


def test_a_disk_that_is_too_small_is_told_before_anything_is_taught(build, model, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("medinstruct.trainer.weights.shutil.disk_usage", lambda place: usage._replace(free=100))

    with pytest.raises(TrainError, match=r"checkpoints and model take .* \(make room, or give another --out\)$"):
        encoders.fine_tune(build, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)
    assert not list(tmp_path.rglob("*.safetensors"))


def test_rows_of_another_set_are_not_answered(build, model, tmp_path):
    small = only(build, tmp_path / "hoc", "hoc")
    encoders.fine_tune(small, model=str(model), out=tmp_path / "out", config=QUICK, samples=True)

    with pytest.raises(MedinstructError, match="was not taught what biosses/sts asks, but hoc/dc"):
        evaluator.evaluate(
            only(build, tmp_path / "other", "biosses"), f"encoder:{tmp_path / 'out'}", out=tmp_path / "run"
        )


def test_a_package_that_asking_needs_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MedinstructError, match=r"encoder needs torch \(pip install 'medinstruct\[eval\]'\)"):
        chat.load(f"encoder:{tmp_path}")


def test_a_folder_without_an_encoder_is_told(tmp_path):
    with pytest.raises(EncoderError, match="holds no encoder"):
        chat.load(f"encoder:{tmp_path}")
    (tmp_path / "head.json").write_text('{"head": {"kind": "tags"}}')
    with pytest.raises(EncoderError, match=r"head\.json: is damaged"):
        encoder.find(tmp_path)
