"""What cannot be trained is told in one line, and nothing is left half written."""

import json
import shutil
import subprocess
import sys

import pytest

import medinstruct
from medinstruct.errors import MedinstructError
from medinstruct.trainer import TrainError, weights
from trainer import models

QUICK = {"batch": 2, "max_length": 400, "max_steps": 2, "eval_rows": 0}


@pytest.fixture
def out(tmp_path):
    yield tmp_path / "out"
    assert not (tmp_path / "out").exists()  # nothing is half written


def test_a_model_without_tokenizer(build, model, out, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(model / name, bare / name)
    with pytest.raises(TrainError, match=r"bare: holds no tokenizer \(copy tokenizer.json of the model there\)$"):
        medinstruct.train(build, str(bare), out=out, **QUICK)


def test_a_model_that_is_not_there(build, out, tmp_path):
    with pytest.raises(TrainError, match="cannot load the model"):
        medinstruct.train(build, str(tmp_path), out=out, **QUICK)


def test_weights_in_a_pickle(build, model, out, tmp_path):
    """They are never read, whatever they hold."""
    import torch

    pickled = tmp_path / "pickled"
    shutil.copytree(model, pickled, ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save({}, pickled / "pytorch_model.bin")
    with pytest.raises(TrainError, match=r"pickled: cannot load the model: .*safetensors"):
        medinstruct.train(build, str(pickled), out=out, **QUICK)


def test_an_artefact_of_samples(model, out, tmp_path):
    samples = medinstruct.build("quickstart", samples=True, out=tmp_path / "samples", workers=1)
    with pytest.raises(TrainError, match=r"holds bundled samples: invented text .* say --samples\)$"):
        medinstruct.train(samples, str(model), out=out, **QUICK)


def test_a_build_without_train_part(build, model, out, tmp_path):
    other = shutil.copytree(build.folder, tmp_path / "other")
    manifest = json.loads((other / "manifest.json").read_text())
    for shard in manifest["shards"]:
        shard["split"] = "test"
    (other / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(TrainError, match="has no train part"):
        medinstruct.train(other, str(model), out=out, **QUICK)


def test_a_chat_template_without_a_user_turn(build, model, out):
    template = "{% for m in messages if m.role == 'assistant' %}{{ m.content }}{% endfor %}"
    with pytest.raises(TrainError, match=r"^the chat template does not write the user's turn \(give another by"):
        medinstruct.train(build, str(model), out=out, **QUICK, chat_template=template)


def test_no_row_that_fits(build, model, out):
    with pytest.raises(
        TrainError, match=r"no row of the train part can be trained on: longer than the model is trained on: 192$"
    ):
        medinstruct.train(build, str(model), out=out, **{**QUICK, "max_length": 16})


def test_no_space_for_the_checkpoints(build, model, out, monkeypatch):
    monkeypatch.setattr(
        weights.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10**9, 10**9 - 10**5, 10**5)
    )
    with pytest.raises(
        TrainError, match=r"checkpoints and model take 0.0 GB, and 0.0 GB are free; make room, give another"
    ):
        medinstruct.train(build, str(model), out=out, **QUICK)


def test_an_adapter_for_a_base_of_another_shape(build, model, out, tmp_path):
    wide = models.write(tmp_path / "wide", models.texts(build), template=models.TEMPLATES["words"], hidden=64)
    adapter = medinstruct.train(build, str(wide), out=tmp_path / "adapter", **QUICK).folder
    (adapter / "train.json").unlink()  # as one from elsewhere
    with pytest.raises(TrainError, match=r"the adapter does not fit .*give the base that it was trained on"):
        medinstruct.train(build, str(model), out=out, **QUICK, adapter=str(adapter))


def test_weights_that_differ_in_one_layer_are_others(tmp_path):
    """As a model does from its base into which an adapter was merged: words and last layer are the same."""
    import numpy as np
    from safetensors.numpy import save_file

    found = set()
    for n in (1, 2):
        (tmp_path / str(n)).mkdir()
        layers = {f"model.layers.{k}.weight": np.full((512, 512), k * n, np.float32) for k in range(8)}
        save_file(
            {"lm_head.weight": np.ones((1024, 512), np.float32), **layers}, tmp_path / str(n) / "model.safetensors"
        )
        found.add(weights.fingerprint(str(tmp_path / str(n))))
    assert len(found) == 2


def test_an_adapter_for_a_base_of_other_weights(build, model, out, tmp_path):
    twin = models.write(tmp_path / "twin", models.texts(build), template=models.TEMPLATES["words"], seed=8)
    adapter = medinstruct.train(build, str(twin), out=tmp_path / "adapter", **QUICK).folder
    with pytest.raises(TrainError, match=r"was trained on other weights \(.*twin\) than those of"):
        medinstruct.train(build, str(model), out=out, **QUICK, adapter=str(adapter))
    with pytest.raises(TrainError, match=r"adapter: is an adapter, and no model \(--model .*twin --adapter"):
        medinstruct.train(build, str(adapter), out=out, **QUICK)
    with pytest.raises(TrainError, match="holds no adapter"):
        medinstruct.train(build, str(model), out=out, **QUICK, adapter=str(twin))


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"targets": ["q_prog"]}, "targets: .*q_prog.* not found"),
        ({"learning_rat": 1.0}, r"configs/lora.yaml: learning_rat: unknown key; did you mean learning_rate\?"),
        ({"method": "ppo"}, "no method 'ppo'"),
        ({"tune": "qlora"}, "qlora needs bitsandbytes"),
        ({"precision": "fp16"}, "fp16 needs a GPU"),
        ({"method": "grpo", "generations": 5}, "no whole groups of 5"),
        ({"config": "medtunde"}, "no config 'medtunde'; did you mean medtuned"),
    ],
)
def test_a_config_that_cannot_be(settings, what, build, model, out):
    with pytest.raises(MedinstructError, match=what):
        medinstruct.train(build, str(model), out=out, **{**QUICK, **settings})


@pytest.mark.parametrize("given", [{"adapter": "x"}, {"resume": 3}, {"remote_code": True}])
def test_what_an_encoder_does_not_take(given, build, model, out):
    with pytest.raises(TrainError, match=f"an encoder is trained without {next(iter(given))}"):
        medinstruct.train(build, str(model), out=out, method="encoder", **given)


@pytest.mark.parametrize("missing", ["accelerate", "torch"])
def test_a_package_that_an_encoder_needs(missing, build, model, out, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(TrainError, match=rf"training needs {missing} \(pip install 'medinstruct\[train\]'\)"):
        medinstruct.train(build, str(model), out=out, method="encoder")


def test_a_folder_that_is_taken(build, model, tmp_path):
    done = medinstruct.train(build, str(model), out=tmp_path / "done", **QUICK)
    with pytest.raises(TrainError, match=r"done: holds a training that is done \(give another --out\)"):
        medinstruct.train(build, str(model), out=done.folder, **QUICK)
    (done.folder / "train.json").unlink()
    with pytest.raises(TrainError, match="holds a training that was begun with another config"):
        medinstruct.train(build, str(model), out=done.folder, **QUICK, seed=2)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(TrainError, match="mine: is not empty, and holds no training"):
        medinstruct.train(build, str(model), out=tmp_path / "mine", **QUICK)
    with pytest.raises(TrainError, match=r"notes\.txt: is not empty, and holds no training"):
        medinstruct.train(build, str(model), out=tmp_path / "mine" / "notes.txt", **QUICK)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"


FULL = """
import resource, sys
import medinstruct
from medinstruct.errors import MedinstructError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    medinstruct.train(
        sys.argv[1], sys.argv[2], out=sys.argv[3], tune="full", batch=2, max_length=400, max_steps=2, eval_rows=0, save_steps=1
    )
except MedinstructError as error:
    print("told:", error)
"""


def test_a_disk_that_fills_up_under_way(build, model, tmp_path):
    """The checkpoint that could not be written is gone, and the line says what to do."""
    most = (model / "model.safetensors").stat().st_size // 2
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(build.folder), str(model), str(tmp_path / "out"), str(most)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "told:" in ran.stdout, ran.stderr[-2000:]
    assert "checkpoint-1: cannot write" in ran.stdout
    assert "make room and start again" in ran.stdout
    assert list((tmp_path / "out" / "checkpoints").glob("checkpoint-*")) == []
