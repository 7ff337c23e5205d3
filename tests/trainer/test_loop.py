"""The training itself: packing, seeds, going on from a checkpoint, what is written down."""

import json
import subprocess
import sys
import time

import pytest

import medinstruct
from medinstruct import chat, trainer
from medinstruct.trainer import TrainError, loop, rows, targets, weights
from trainer import models
from trainer.conftest import also_as

torch = pytest.importorskip("torch")

QUICK = {
    "batch": 2,
    "max_length": 400,
    "max_steps": 6,
    "log_steps": 1,
    "eval_rows": 0,
    "warmup": 0.2,
    "learning_rate": 1e-3,
}


@pytest.fixture(scope="module")
def tokens(build, model):
    tokenizer = weights.tokenizer(str(model), trainer.load())
    return rows.tokens(build, targets.Turns(tokenizer, {tokenizer.eos_token_id}), 400)


def state(folder):
    import safetensors.torch

    return {name: tensor for file in sorted(folder.glob("*.safetensors"))
            for name, tensor in safetensors.torch.load_file(file).items()}  # fmt: skip


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def losses(build, model, tokens, out, **settings):
    """The sum over all batches of the loss of each, and of its gradient."""
    config = trainer.load(None, {**QUICK, "tune": "full", "max_steps": None, **settings})
    tokenizer = weights.tokenizer(str(model), config)
    made = loop._trainer(str(model), out, config, tokens, targets.Turns(tokenizer, {tokenizer.eos_token_id}), "", False)
    made.model.eval()
    total, written = 0.0, int(tokens.written.sum())
    for batch in made.get_train_dataloader():
        loss = made.compute_loss(made.model, batch, num_items_in_batch=torch.tensor(written))
        loss.backward()
        total += loss.item()
    return total, {name: weight.grad.clone() for name, weight in made.model.named_parameters()}


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_packed_rows_do_not_see_each_other(build, model, tokens, tmp_path):
    """Loss and gradients are those of rows that stand alone."""
    alone, gradients = losses(build, model, tokens, tmp_path, packing=False, batch=1)
    padded, _ = losses(build, model, tokens, tmp_path, packing=False, batch=7)
    packed, same = losses(build, model, tokens, tmp_path, packing=True)
    assert padded == pytest.approx(alone, abs=1e-5)
    assert packed == pytest.approx(alone, abs=1e-5)
    for name, gradient in gradients.items():
        assert torch.allclose(same[name], gradient, atol=1e-5), name


def test_a_row_that_is_packed_sees_nothing_before_it(build, model, tokens, tmp_path):
    """Another row in front changes no loss of a row; it would if places or masks leaked."""
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    first, second, third = tokens.table.slice(0, 3).to_pylist()
    found = {}
    loaded = weights.load(str(model), trainer.load(None, {"tune": "full"})).eval()
    collate = DataCollatorForLanguageModeling(pad_token_id=0, padding_free=True)
    for name, before in (("first", first), ("second", second)):
        joined = {key: before[key] + third[key] for key in before}
        batch = collate([{**joined, "seq_lengths": [len(before["input_ids"]), len(third["input_ids"])]}])
        with torch.no_grad():
            logits = loaded(input_ids=batch["input_ids"], position_ids=batch["position_ids"], use_cache=False).logits[0]
            mixed = loaded(input_ids=batch["input_ids"], use_cache=False).logits[0]
        found[name] = logits[-len(third["input_ids"]) :], mixed[-len(third["input_ids"]) :]
    assert torch.allclose(found["first"][0], found["second"][0], atol=1e-5)
    assert not torch.allclose(found["first"][1], found["second"][1], atol=1e-3)  # else this test shows nothing


@pytest.mark.parametrize("tune", ["full", "lora"])
def test_one_seed_gives_one_model(tune, build, model, tmp_path):
    first, second, other = (
        medinstruct.train(build, str(model), out=tmp_path / name, **QUICK, tune=tune, seed=seed)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert same(state(first.folder), state(second.folder))
    assert not same(state(first.folder), state(other.folder))


class Stopped(Exception):
    pass


@pytest.mark.parametrize("tune", ["full", "lora"])
@pytest.mark.parametrize("step", [2, 4])
def test_a_training_that_is_broken_off_goes_on_to_the_same_weights(step, tune, build, model, tmp_path):
    """Stopped in the step behind any checkpoint; dropout, order of rows and learning rate go on as if it had not been."""
    how = {**QUICK, "tune": tune, "save_steps": 2, "keep": 5}
    whole = medinstruct.train(build, str(model), out=tmp_path / "whole", **how)

    def stop(what, done, of):
        if what == "steps" and done == step + 1:
            raise Stopped

    with pytest.raises(Stopped):
        medinstruct.train(build, str(model), out=tmp_path / "broken", **how, tell=stop)
    assert not (tmp_path / "broken" / "train.json").exists()
    went_on = medinstruct.train(build, str(model), out=tmp_path / "broken", **how)
    assert went_on.record["resumed at step"] == step
    assert same(state(whole.folder), state(went_on.folder))
    assert [one["loss"] for one in whole.record["loss"]] == [one["loss"] for one in went_on.record["loss"]]


KILLED = """
import json, sys, torch
torch.set_num_threads(1)
import medinstruct
medinstruct.train(sys.argv[1], sys.argv[2], out=sys.argv[3], **json.loads(sys.argv[4]))
"""


@pytest.mark.slow
def test_a_training_that_is_killed_goes_on_to_the_same_weights(build, model, tmp_path):
    how = {**QUICK, "save_steps": 1, "keep": 2}
    whole = medinstruct.train(build, str(model), out=tmp_path / "whole", **how)
    ran = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(build.folder), str(model), str(tmp_path / "killed"), json.dumps(how)]
    )
    while ran.poll() is None and not (tmp_path / "killed" / "checkpoints" / "checkpoint-3" / "whole").exists():
        time.sleep(0.01)
    ran.kill()
    ran.wait()
    assert not (tmp_path / "killed" / "train.json").exists()  # else it was done before it was killed
    went_on = medinstruct.train(build, str(model), out=tmp_path / "killed", **how)
    assert went_on.record["resumed at step"] >= 3
    assert same(state(whole.folder), state(went_on.folder))


def test_activations_are_computed_again_and_change_nothing(build, model, tmp_path, monkeypatch):
    from transformers.models.llama.modeling_llama import LlamaAttention

    calls, forward = [], LlamaAttention.forward
    monkeypatch.setattr(LlamaAttention, "forward", lambda self, *a, **k: calls.append(1) or forward(self, *a, **k))
    found = {}
    for again in (True, False):
        calls.clear()
        done = medinstruct.train(
            build, str(model), out=tmp_path / str(again), **{**QUICK, "max_steps": 2}, checkpointing=again
        )
        found[again] = len(calls), state(done.folder)
    assert found[True][0] == 2 * found[False][0]
    assert same(found[True][1], found[False][1])


def test_a_checkpoint_that_is_half_written_is_not_gone_on_from(build, model, tmp_path):
    how = {**QUICK, "save_steps": 2, "keep": 5}
    whole = medinstruct.train(build, str(model), out=tmp_path / "whole", **how)
    broken = tmp_path / "whole"
    (broken / "train.json").unlink()
    (broken / "checkpoints" / "checkpoint-6" / "whole").unlink()
    before = state(whole.folder)
    again = medinstruct.train(build, str(model), out=broken, **how)
    assert again.record["resumed at step"] == 4
    assert same(before, state(again.folder))


def test_a_step_to_go_on_from_can_be_named(build, model, tmp_path):
    how = {**QUICK, "save_steps": 2, "keep": 5}
    medinstruct.train(build, str(model), out=tmp_path / "out", **how)
    (tmp_path / "out" / "train.json").unlink()
    with pytest.raises(TrainError, match=r"no checkpoint of step 3 \(there are those of 2, 4, 6\)"):
        medinstruct.train(build, str(model), out=tmp_path / "out", **how, resume=3)
    assert medinstruct.train(build, str(model), out=tmp_path / "out", **how, resume=2).record["resumed at step"] == 2


def test_what_was_done_is_written_down(build, model, tmp_path):
    told = []
    done = medinstruct.train(
        build, str(model), out=tmp_path / "out", **{**QUICK, "max_steps": None, "epochs": 1}, tell=lambda *what: told.append(what)
    )  # fmt: skip
    record = json.loads((done.folder / "train.json").read_text())
    assert record == done.record
    assert record["data"]["digest"] == build.digest
    assert record["rows"]["trained"] == len(build["train"])
    assert record["tokens"] == {name: record["rows"][name] for name in ("tokens", "written")}  # of one epoch
    assert record["peak memory"] > 1e8
    assert record["model FLOP utilisation"] is None  # no data sheet of a CPU
    assert told[-1] == ("steps", record["steps"], record["steps"])
    assert (done.folder / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert [one["step"] for one in record["loss"]] == list(range(1, record["steps"] + 1))
    assert not [path.name for path in done.folder.rglob("*") if path.suffix in (".bin", ".pkl")]
    assert {"adapter_model.safetensors", "tokenizer.json"} <= {path.name for path in done.folder.iterdir()}


def test_steps_are_those_that_were_foretold(build, model, tmp_path):
    for settings in ({"packing": True, "epochs": 1.5}, {"packing": False, "accumulate": 3, "epochs": 1}):
        how = {**QUICK, "max_steps": None, **settings}
        foretold = trainer.estimate(build, model=str(model), settings=how)
        done = medinstruct.train(build, str(model), out=tmp_path / str(settings["epochs"]), **how)
        assert foretold.steps == done.record["steps"]
        assert foretold.tokens == done.record["rows"]["tokens"]
        assert foretold.trained == done.record["trained"]


def test_validation_rows_are_scored_as_it_goes(build, model, tmp_path):
    """By the tasks' own scores, and with no effect on what is learnt."""
    both = also_as(build, "validation", tmp_path / "both")
    how = {**QUICK, "max_steps": 4, "eval_steps": 2, "max_new_tokens": 4}
    scored = medinstruct.train(both, str(model), out=tmp_path / "scored", **{**how, "eval_rows": 2})
    unscored = medinstruct.train(both, str(model), out=tmp_path / "unscored", **how)
    assert [one["step"] for one in scored.record["scores"]] == [2, 4]
    names = {"bc5cdr/ner", "bc5cdr/re", "bionlp09/ee", "bionlp09/dc-negation", "sts-b/sts", "bioinstruct/gen"}
    for one in scored.record["scores"]:
        assert one["datasets"].keys() == names
        assert -1 <= one["average"] <= 1  # a correlation may be below 0
        assert all(dataset["rows"] == 2 for dataset in one["datasets"].values())
    assert same(state(scored.folder), state(unscored.folder))


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of transformers to peft
def test_an_adapter_is_asked_in_the_turns_that_it_learnt(build, model, tmp_path):
    """Its folder leads `hf:` to the base, and holds the chat template of the config."""
    trained = medinstruct.train(
        build, str(model), out=tmp_path / "out", config="bioinstruct", **{**QUICK, "accumulate": 1}
    )
    asked = chat.load(trained.model)
    plain = chat.load(f"hf:{model}")
    ids = torch.arange(20)[None]
    assert asked.tokenizer.chat_template == trainer.load("bioinstruct").chat_template
    assert not torch.allclose(asked.model(ids).logits, plain.model(ids).logits, atol=1e-4)
    beside = chat.load(f"hf:{model}", chat.Settings(adapter=str(trained.folder)))
    assert torch.equal(asked.model(ids).logits, beside.model(ids).logits)


def test_an_adapter_is_trained_on(build, model, tmp_path):
    first = medinstruct.train(build, str(model), out=tmp_path / "first", **QUICK)
    more = medinstruct.train(build, str(model), out=tmp_path / "more", **QUICK, adapter=str(first.folder))
    assert more.record["loss"][0]["loss"] == pytest.approx(first.record["loss"][-1]["loss"], abs=0.5)
    assert not same(state(first.folder), state(more.folder))
    assert more.record["trained"] == first.record["trained"]


@pytest.mark.slow
def test_thirty_two_rows_of_each_type_are_learnt_to_the_letter(build, tmp_path):
    """Build, train, evaluate: every answer that the model then gives is the row's own."""
    model = models.write(
        tmp_path / "model", models.texts(build), template=models.TEMPLATES["words"], hidden=64, size=2000, spread=0.15
    )  # fmt: skip
    trained = medinstruct.train(
        build, str(model), out=tmp_path / "out", tune="full", epochs=48, batch=1, max_length=512, learning_rate=3e-3, warmup=0.1,
        schedule="linear", checkpointing=False, eval_rows=0,
    )  # fmt: skip
    run = medinstruct.evaluate(also_as(build, "test", tmp_path / "test"), trained.model, out=tmp_path / "run")
    right = {row["id"]: row["messages"][-1]["content"] for row in build["train"]}
    said = [json.loads(line) for line in (run.folder / "answers.jsonl").read_text().split("\n")[1:] if line]
    assert {one["id"]: one["text"].strip() for one in said if "text" in one} == right
    assert [dataset["rows"] for dataset in run.scores["datasets"]] == [32] * 6
    assert [dataset["score"] for dataset in run.scores["datasets"]] == pytest.approx([1.0] * 6)
