"""medinstruct train, as it is typed; GRPO; several processes."""

import json
import subprocess
import sys

import pytest
import yaml
from typer.testing import CliRunner

import medinstruct
from medinstruct import shelf, trainer
from medinstruct.cli import app
from trainer import models

QUICK = ("--set", "batch=2", "--set", "max_length=400", "--set", "max_steps=2", "--set", "eval_rows=0")


def say(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in ("train", *arguments)])


def test_train_says_where_the_model_is_and_how_to_ask_it(build, model, tmp_path):
    ran = say(build.folder, "--model", model, "--out", tmp_path / "out", *QUICK)
    assert ran.exit_code == 0, ran.output
    assert "192 rows, 2 steps, " in ran.output
    assert f"medinstruct evaluate blurb --data DIR --model hf:{tmp_path / 'out'}" in ran.output
    assert (tmp_path / "out" / "train.json").is_file()


def test_a_dry_run_starts_nothing(build, model, tmp_path):
    ran = say(
        build.folder, "--model", model, "--dry-run", "--size", "7B", "--gpu", "rtx4090", "--out", tmp_path / "out"
    )
    assert ran.exit_code == 0, ran.output
    for word in (
        "rows       192",
        "tokens",
        "steps",
        "6,738,415,616",
        "GB on each GPU, which has 24: fits",
        "RTX 4090",
    ):
        assert word in ran.output
    assert not (tmp_path / "out").exists()
    found = json.loads(say(build.folder, "--model", model, "--dry-run", "--json").output)
    assert found["rows"] == 192
    assert found["refused"] == {}


def test_rows_that_are_refused_are_counted_first(build, model):
    ran = say(build.folder, "--model", model, "--dry-run", "--set", "max_length=120")
    assert ran.output.startswith("refused    ")
    assert "rows: longer than the model is trained on" in ran.output


@pytest.mark.parametrize("arguments", [("--set", "epochs"), ()])
def test_wrong_use_is_told(arguments, build, model):
    assert say(build.folder, "--model", model, *arguments).exit_code == 2


@pytest.mark.parametrize("name", trainer.names())
def test_a_config_says_what_it_is_and_how_to_use_it(name):
    text = shelf.find("configs", name).text()
    head = [line for line in text.split("\n") if line.startswith("#")]
    assert any(line.startswith("# medinstruct train FOLDER --model ") for line in head)
    assert trainer.load(name).title
    for key, value in yaml.safe_load(text).items():
        stated = trainer.load(name).model_dump(mode="json")[key]
        assert stated == value, key


@pytest.mark.parametrize("name", [name for name in trainer.names() if trainer.load(name).chat_template])
def test_the_papers_chat_templates_train_every_row(name, build, model):
    found = trainer.estimate(build, model=str(model), config=name)
    assert found.refused == {}
    assert found.rows == 192


def test_grpo_rewards_by_the_tasks_own_scores(build, model, tmp_path):
    done = medinstruct.train(
        build, str(model), out=tmp_path / "out", method="grpo", config="grpo", batch=4, generations=4, max_steps=2,
        max_new_tokens=4, max_length=90, log_steps=1, eval_rows=0, checkpointing=False,
    )  # fmt: skip
    assert done.record["steps"] == 2
    assert done.record["method"] == "grpo"
    rows = done.record["rows"]
    assert rows["trained"] + rows["refused"]["its question leaves no room for an answer"] == 192
    assert 0 < rows["longest"] <= 90 - 4
    assert rows["tokens"] > rows["written"] == 0
    assert {"adapter_model.safetensors", "train.json"} <= {path.name for path in done.folder.iterdir()}


TWO = """
import sys, torch
torch.set_num_threads(1)
import medinstruct
medinstruct.train(sys.argv[1], sys.argv[2], out=sys.argv[3], batch=1, max_length=400, max_steps=3, log_steps=1, eval_rows=2, max_new_tokens=4)
"""


@pytest.mark.slow
def test_two_processes_train_one_model(build, model, tmp_path):
    """As `accelerate launch` starts them on GPUs; one of them writes, both answer validation rows."""
    from trainer.conftest import also_as

    both = also_as(build, "validation", tmp_path / "both")
    (tmp_path / "two.py").write_text(TWO)
    ran = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", str(tmp_path / "two.py"),
         str(both.folder), str(model), str(tmp_path / "out")],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    record = json.loads((tmp_path / "out" / "train.json").read_text())
    assert record["processes"] == 2
    assert record["steps"] == 3
    assert len(record["scores"][-1]["datasets"]) == 6
    assert models.TEMPLATES["words"] == (tmp_path / "out" / "chat_template.jinja").read_text()
