"""A family of mixtures trained and tested alike: one table, one plot, and nothing tested that was trained on."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

import medinstruct
from medinstruct import ablation, artefact, scorer
from medinstruct.ablation import AblationError, Settings, ablate, leaks, member, plot, table
from medinstruct.ablation.member import Job
from medinstruct.evaluator.suite import suite as scored
from medinstruct.rebuild.sweep import members

SUITE = """title: Tested
kind: benchmark
size: all
roles: [train, validation, test]
dedup: false
disjoint: false
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence, metric: f1}
  - {corpus: hoc, task: dc, metric: micro_f1}
"""
MIXTURE = """title: Trained on
size: 6
roles: [train]
guard: [GUARD]
mix:
  - {corpus: bc5cdr, task: ner, unit: sentence}
  - {corpus: medmcqa, task: qa}
  - {corpus: biosses, task: sts}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with suite.yaml, and mixture.yaml that is guarded against it."""
    folder = tmp_path_factory.mktemp("ablation")
    (folder / "suite.yaml").write_text(SUITE)
    (folder / "mixture.yaml").write_text(MIXTURE.replace("GUARD", str(folder / "suite.yaml")))
    return folder


@pytest.fixture(scope="module")
def tested(place):
    return medinstruct.build(str(place / "suite.yaml"), samples=True, out=place / "suite", workers=1)


def checked(place, text, suite="suite.yaml"):
    leaks.refuse({"mine": text}, str(place / suite), None, samples=True)


def test_what_is_held_out_and_guarded_is_let_through(place):
    checked(place, (place / "mixture.yaml").read_text())


def test_a_corpus_of_the_suite_is_refused_whatever_its_split(place):
    text = (place / "mixture.yaml").read_text() + "  - {corpus: hoc, task: dc, splits: [train]}\n"

    with pytest.raises(AblationError, match=r"mine: trains on hoc, which .*suite\.yaml tests"):
        checked(place, text)


def test_a_corpus_that_is_read_as_a_test_part_is_no_training(place):
    text = (place / "mixture.yaml").read_text() + "  - {corpus: hoc, task: dc, splits: [test], role: test}\n"

    checked(place, text)


def test_a_recipe_without_guard_is_refused(place):
    text = (place / "mixture.yaml").read_text()
    text = "\n".join(line for line in text.split("\n") if not line.startswith("guard"))

    with pytest.raises(AblationError, match="mine: is not guarded against hoc/test, ncbi-disease/test"):
        checked(place, text)


def test_a_guard_that_covers_a_part_of_the_suite_is_refused(place):
    text = (place / "mixture.yaml").read_text().replace(str(place / "suite.yaml"), "ncbi-disease")

    with pytest.raises(AblationError, match="not guarded against hoc/test"):
        checked(place, text)


def test_a_build_of_the_suite_is_looked_at_as_its_recipe_is(place, tested):
    checked(place, (place / "mixture.yaml").read_text(), "suite")
    with pytest.raises(AblationError, match="trains on hoc"):
        checked(place, (place / "mixture.yaml").read_text() + "  - {corpus: hoc, task: dc}\n", "suite")


def test_the_rows_are_asked_again_once_they_are_built(place, tested, tmp_path):
    """A folder may come from anywhere, with a recipe beside it that says what it likes."""
    (tmp_path / "open.yaml").write_text(MIXTURE.replace("guard: [GUARD]\n", ""))
    build = medinstruct.build(str(tmp_path / "open.yaml"), samples=True, out=tmp_path / "open", workers=1)

    with pytest.raises(AblationError, match="open: is not guarded against hoc/test, ncbi-disease/test"):
        leaks.refuse_unguarded("open", build, tested)


def test_nothing_is_built_before_leaks_are_looked_for(place, tmp_path):
    leaky = tmp_path / "leaky.yaml"
    leaky.write_text((place / "mixture.yaml").read_text() + "  - {corpus: hoc, task: dc}\n")

    with pytest.raises(AblationError, match="trains on hoc"):
        ablate(leaky, model="none", suite=str(place / "suite.yaml"), out=tmp_path / "out",
               settings=Settings(over="tasks", samples=True))  # fmt: skip

    assert not (tmp_path / "out").exists()


def answered(folder, tested, how):
    """A run of a model that answers each row with `how(row)`, as `evaluate` leaves it."""
    lines = [json.dumps({"id": row["id"], "key": "", "text": how(row)}) for row in tested["test"]]
    artefact.write_text(folder / "run" / "answers.jsonl", "\n".join(["{}", *lines, ""]))


def gold(row):
    return row["messages"][-1]["content"]


@pytest.fixture
def found(place, tested, tmp_path):
    """The table of three members that are right, wrong, and right about named entities alone."""
    swept = {"over": "tasks", "members": [
        {"name": "tasks-1a", "of": ["ner"], "rows": {"train": 6}}, {"name": "tasks-1b", "of": ["qa"], "rows": {"train": 6}},
        {"name": "tasks-2", "of": ["ner", "qa"], "failed": "4 of 6 rows"},
    ]}  # fmt: skip
    answered(tmp_path / "untrained", tested, lambda row: "")
    answered(tmp_path / "tasks-1a", tested, gold)
    answered(tmp_path / "tasks-1b", tested, lambda row: gold(row) if row["task"] == "ner" else "")
    asked = {
        "medinstruct": "0",
        "of": "mixture",
        "model": "tiny",
        "suite": "suite",
        "samples": True,
        "config": None,
        "limit": None,
    }
    return table.make(swept, tmp_path, scored(tested), "untrained", {"tasks-2": "4 of 6 rows"}, asked)


def test_the_table_scores_the_answers_of_each_member(found):
    base, right, half, short = found["members"]

    assert (right["score"], right["low"], right["high"]) == (1.0, 1.0, 1.0)
    assert half["kinds"] == {"ner": 1.0, "dc": 0.0}
    assert half["score"] == 0.5
    assert base["score"] < 0.5
    assert short == {"member": "tasks-2", "of": ["ner", "qa"], "rows": 0, "failed": "4 of 6 rows"}


def test_an_interval_is_that_of_the_dataset_and_the_mean_is_of_means(found, tested):
    """Of one dataset the table says what `scorer.interval` says with the same lot."""
    dataset = scored(tested).datasets[0]
    measure = dataset.type.scores[dataset.metric]
    half = measure.table([scorer.asked(row).case(gold(row) if n % 2 else "") for n, row in enumerate(dataset.rows)])
    groups = [row["id"] for row in dataset.rows]  # of one document all, in the sample

    drawn = scorer.draws(half, groups, seed=5)

    assert len(drawn) == 1000
    assert min(drawn) < half.score() < max(drawn)
    assert scorer.between(half.score(), drawn) == scorer.interval(half, groups, seed=5)


def test_the_table_is_written_in_three_ways(found, tmp_path):
    table.write(found, tmp_path / "out")

    rows = list(csv.DictReader((tmp_path / "out" / "table.csv").read_text().splitlines()))
    page = (tmp_path / "out" / "table.md").read_text()
    assert json.loads((tmp_path / "out" / "table.json").read_text()) == json.loads(json.dumps(found))
    assert {(row["member"], row["dataset"]) for row in rows} == {
        (name, part)
        for name in ("untrained", "tasks-1a", "tasks-1b")
        for part in ("mean", "ncbi-disease/ner", "hoc/dc")
    }
    assert "| tasks-1b | qa | 6 | 0.5000 |" in page
    assert "no score: tasks-2: 4 of 6 rows" in page
    assert "mean nothing" in page


@pytest.mark.parametrize("over", ["tasks", "composition"])
def test_the_plot_is_the_same_each_time(found, over):
    one = plot.draw({**found, "over": over})

    assert one.startswith(b"\x89PNG")
    assert one == plot.draw({**found, "over": over})


def test_each_gpu_gets_a_process_and_a_member_at_a_time(tmp_path, monkeypatch):
    """What a process does is stood in for; that each sees one GPU, and that one failing leaves the others be, is not."""
    log = tmp_path / "log"
    log.mkdir()
    script = ("import json, os, sys, time; job = json.load(open(sys.argv[-1])); time.sleep(0.3);"
              f"open({str(log)!r} + '/' + job['name'], 'w').write(os.environ['CUDA_VISIBLE_DEVICES']);"
              "sys.exit('error: broken' if job['name'] == 'm2' else 0)")  # fmt: skip
    real = subprocess.run
    monkeypatch.setattr(
        member.subprocess, "run", lambda command, **how: real([sys.executable, "-c", script, command[-1]], **how)
    )
    jobs = [Job(f"m{n}", str(tmp_path / f"m{n}"), "tiny", "", "suite", None, None, 8, True) for n in range(4)]

    failed = member.run_all(jobs, ["3", "5"], lambda *_: None)

    seen = {file.name: file.read_text() for file in log.iterdir()}
    assert failed == {"m2": "broken"}
    assert sorted(seen) == ["m0", "m1", "m2", "m3"]
    assert set(seen.values()) == {"3", "5"}


@pytest.fixture(scope="module")
def tiny(place, tested):
    """A language model of a few thousand random weights."""
    pytest.importorskip("trl")
    from trainer import models

    texts = [message["content"] for row in tested["train"] for message in row["messages"]]
    return models.write(place / "tiny", texts, template=models.TEMPLATES["words"])


CONFIG = {
    "tune": "full",
    "epochs": 1.0,
    "max_steps": 2,
    "batch": 2,
    "max_length": 1024,
    "packing": False,
    "eval_rows": 0,
    "checkpointing": False,
}


def settings(**more):
    return Settings(over="tasks", choices=1, samples=True, config=CONFIG, limit=2, max_tokens=4, workers=1, **more)


@pytest.mark.slow
def test_a_family_is_trained_and_tested(place, tiny, tmp_path):
    """Members and the model as it was, each scored; asked for again nothing is done twice; another question is refused."""
    suite, recipe = str(place / "suite.yaml"), place / "mixture.yaml"
    done = ablate(recipe, model=str(tiny), suite=suite, out=tmp_path / "out", settings=settings())

    names = [row["member"] for row in done.table["members"]]
    assert names == ["untrained", *(one.name for one in members(str(recipe), "tasks", choices=1))]
    assert not done.failed
    assert all({"score", "low", "high"} <= row.keys() for row in done.table["members"])
    assert (tmp_path / "out" / "plot.png").read_bytes().startswith(b"\x89PNG")
    results = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").rglob("result.json")}
    weights = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").rglob("*.safetensors")}
    assert len(results) == len(names)
    assert len(weights) >= len(names) - 1

    again = ablate(recipe, model=str(tiny), suite=suite, out=tmp_path / "out", settings=settings())

    assert again.table == done.table
    assert all(file.stat().st_mtime_ns == at for file, at in {**results, **weights}.items())
    broken = tmp_path / "out" / "members" / names[-1]  # as if killed between training and evaluation
    (broken / "result.json").unlink()
    shutil.rmtree(broken / "run")
    assert ablate(recipe, model=str(tiny), suite=suite, out=tmp_path / "out", settings=settings()).table == done.table
    with pytest.raises(AblationError, match="holds another ablation: its limit was 2, and is 1 now"):
        ablate(
            recipe,
            model=str(tiny),
            suite=suite,
            out=tmp_path / "out",
            settings=Settings(**{**vars(settings()), "limit": 1}),
        )


@pytest.mark.slow
def test_one_that_is_killed_comes_to_the_same(place, tiny, tmp_path):
    """Killed once its first member is done, and asked for again."""
    (tmp_path / "config.yaml").write_text("\n".join(f"{key}: {json.dumps(value)}" for key, value in CONFIG.items()))
    command = [
        sys.executable, "-m", "medinstruct", "ablate", str(place / "mixture.yaml"), "--over", "tasks", "--choices", "1", "--samples",
        "--model", str(tiny), "--suite", str(place / "suite.yaml"), "--config", str(tmp_path / "config.yaml"), "--limit", "2",
        "--max-tokens", "4", "--workers", "1",
    ]  # fmt: skip
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    broken = subprocess.Popen([*command, "--out", str(tmp_path / "broken")], env=env, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 300
    while (
        not list((tmp_path / "broken").glob("members/*/result.json"))
        and broken.poll() is None
        and time.monotonic() < until
    ):
        time.sleep(0.05)
    broken.send_signal(signal.SIGKILL)
    assert broken.wait() == -signal.SIGKILL
    assert not (tmp_path / "broken" / "table.json").exists()

    for name in ("broken", "whole"):
        subprocess.run([*command, "--out", str(tmp_path / name)], env=env, check=True, stdout=subprocess.DEVNULL)

    broken_table, whole = (artefact.read_json(tmp_path / name / "table.json") for name in ("broken", "whole"))
    assert broken_table == whole


def test_what_was_asked_is_the_same_however_it_was_written(tmp_path):
    """A tuple of a config comes back from `ablation.json` as a list."""
    asked = {"model": "tiny", "config": {"targets": ("q_proj", "v_proj")}}
    ablation._refuse_other(tmp_path, asked)
    ablation._refuse_other(tmp_path, asked)
    with pytest.raises(AblationError, match=r"its config was .*q_proj.* and is .*k_proj.* now"):
        ablation._refuse_other(tmp_path, {**asked, "config": {"targets": ("k_proj",)}})
