"""A sweep writes a family of recipes of one size, and builds that are what `build` makes of these recipes."""

import itertools
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

import medinstruct
from medinstruct import artefact, recipe
from medinstruct.builder import Settings
from medinstruct.corpora.corpus import SAMPLES, Corpus
from medinstruct.errors import RecipeError
from medinstruct.rebuild.sweep import CATEGORIES, members, sweep
from medinstruct.tasks import TASKS

RECIPE = """title: Mine
size: 6
roles: [train]
balance:
  - {by: task, weights: {ner: 2, dc: 3}, at_most: {ner: 3}}
  - {by: entry, weights: {"1": 2, "4": 5}}
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence}
  - {corpus: bc5cdr, task: ner, unit: sentence}
  - {corpus: bc5cdr, task: re}
  - {corpus: medmcqa, task: qa, shuffle_options: true}
  - {corpus: hoc, task: dc, unit: sentence}
  - {corpus: bionlp09, task: dc-negation, unit: sentence}
"""
IDS = ("ncbi-disease", "bc5cdr", "medmcqa", "hoc", "bionlp09")


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(RECIPE)
    return str(path)


@pytest.fixture
def data(tmp_path):
    for id in IDS:
        shutil.copytree(SAMPLES / id, tmp_path / "data" / id)
    return tmp_path / "data"


def parsed(family):
    return {member.name: recipe.parse(member.text, member.name) for member in family}


@pytest.mark.parametrize("name", recipe.names())
@pytest.mark.parametrize("over", ["tasks", "categories", "composition", "corpora"])
def test_every_shipped_recipe_can_be_cut(name, over):
    """All members have the same size and no entry that the recipe has not; the last one has all of them."""
    whole = recipe.load(name)
    things = [e.corpus if over == "corpora" else e.task.split("-")[0] for e in whole.mix]
    if len(set(things)) < 2:
        with pytest.raises(RecipeError, match="one"):
            members(name, over, 1000)
        return
    family = members(name, over, 1000)

    for member, found in zip(family, parsed(family).values()):
        assert found.size == 1000
        assert list(found.mix) == [e for e, thing in zip(whole.mix, things) if thing in member.of]
        assert (found.guard, found.seed, found.max_tokens) == (whole.guard, whole.seed, whole.max_tokens)
    assert set(family[-1].of) == set(things)
    assert len({member.name for member in family}) == len({member.of for member in family}) == len(family)


def test_numbers_of_tasks_are_those_of_the_paper():
    """1, 2, 4 and all seven tasks of MNLU-Instruct; the first choices are nested, and every task stands in some choice."""
    family = members("mnlu-instruct", "tasks", 20000)
    first = [set(member.of) for member in family if not member.name.endswith(("b", "c"))]

    assert Counter(len(member.of) for member in family) == {1: 3, 2: 3, 4: 3, 7: 1}
    assert all(smaller < larger for smaller, larger in itertools.pairwise(first))
    for number in (2, 4):
        assert len(set().union(*(m.of for m in family if len(m.of) == number))) >= 6


def test_categories_cover_every_task_once():
    assert Counter(task for tasks in CATEGORIES.values() for task in tasks) == dict.fromkeys(TASKS, 1)


def test_what_a_level_says_follows_its_branches(mine):
    """Weights of tasks and entries that are left stay with them; caps on what is varied go."""
    found = parsed(members(mine, "tasks", 5, choices=4))
    one = next(r for r in found.values() if {e.task for e in r.mix} == {"dc", "dc-negation"})

    assert dict(one.balance[0].weights) == {"dc": 3}
    assert dict(one.balance[1].weights) == {"0": 5}
    assert all(not level.at_most for r in found.values() for level in r.balance)
    assert any(level.at_most for r in parsed(members(mine, "corpora", 5)).values() for level in r.balance)


@pytest.mark.parametrize(
    ("level", "names"),
    [
        ("{by: type, weights: {span_extraction: 2, multiple_choice: 3}}", {"span_extraction", "multiple_choice"}),
        ("{by: label, weights: {Disease: 2, induces: 3, (none): 4}}", {"Disease", "induces", "(none)"}),
        ("{by: language, weights: {en: 2}}", {"en"}),
        ("{by: answer, weights: {some: 4}}", {"some"}),
    ],
)
def test_branches_that_a_member_cannot_have_are_not_named_in_it(data, tmp_path, level, names):
    """A weight of a branch that is not there is an error of the recipe; it ended the sweep at its first member."""
    path = tmp_path / "mine.yaml"
    path.write_text(RECIPE.replace("{by: task, weights: {ner: 2, dc: 3}, at_most: {ner: 3}}", level))

    told = sweep(str(path), "tasks", tmp_path / "out", Settings(data=data, size=2, workers=1), choices=1)

    assert not [member for member in told["members"] if "failed" in member]
    found = parsed(members(str(path), "tasks", 5, choices=4))
    assert set(found["tasks-4"].balance[0].weights) == names
    ner = next(r for r in found.values() if {e.task for e in r.mix} == {"ner"})
    assert set(ner.balance[0].weights) == names - {"multiple_choice", "induces"}


@pytest.mark.parametrize(
    "over",
    [
        pytest.param(over, marks=[] if over == "tasks" else [pytest.mark.slow])
        for over in ("tasks", "composition", "corpora", "categories")
    ],
)
def test_a_member_is_what_build_makes_of_its_recipe(mine, data, tmp_path, over):
    """Rows, ledger and manifest are the same as without shared parts, though entries stand at other places."""
    told = sweep(mine, over, tmp_path / "out", Settings(data=data, size=6))

    assert json.loads((tmp_path / "out/sweep.json").read_text()) == json.loads(json.dumps(told))
    built = [member for member in told["members"] if "build" in member]
    assert len(built) > 2
    for member in built:
        shared = artefact.load(tmp_path / "out" / member["build"])
        plain = medinstruct.build(str(tmp_path / "out" / member["recipe"]), data=data, out=tmp_path / member["name"])
        assert plain.digest == shared.digest == member["digest"]
        assert (plain.ledger, plain.manifest) == (shared.ledger, shared.manifest)
        assert member["rows"] == {"train": 6}


def test_sources_are_read_once_for_each_way_they_are_asked(mine, data, tmp_path, monkeypatch):
    """bc5cdr is asked for entities, for relations and for both; every other corpus always for the same."""
    read = Counter()
    reads = Corpus.placed
    monkeypatch.setattr(
        Corpus, "placed", lambda self, split, files, **o: (read.update([self.id]), reads(self, split, files, **o))[1]
    )

    sweep(mine, "tasks", tmp_path / "out", Settings(data=data, size=6, workers=1), choices=4)

    splits = {id: sum(s.role == "train" for s in medinstruct.corpora.load(id).splits.values()) for id in IDS}
    assert all(read[id] == splits[id] for id in IDS if id != "bc5cdr")
    assert read["bc5cdr"] <= 3 * splits["bc5cdr"]
    assert not (tmp_path / "out/.parts").exists()


def test_a_member_that_cannot_have_the_size_says_so_and_the_others_are_built(mine, data, tmp_path):
    told = sweep(mine, "tasks", tmp_path / "out", Settings(data=data, size=12))
    failed = {m["name"]: m["failed"] for m in told["members"] if "failed" in m}

    assert failed
    assert all("12 rows" in reason for reason in failed.values())
    assert all(m["rows"] == {"train": 12} for m in told["members"] if m["name"] not in failed)


def test_a_recipe_without_a_size_needs_one(tmp_path):
    path = tmp_path / "all.yaml"
    path.write_text(RECIPE.replace("size: 6", "size: all"))

    with pytest.raises(RecipeError, match="give --size"):
        members(str(path), "tasks")


def test_the_command_lists_members_and_writes_nothing(mine, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from medinstruct.cli import app

    monkeypatch.chdir(tmp_path)
    before = sorted(Path(tmp_path).rglob("*"))
    done = CliRunner().invoke(app, ["sweep", mine, "--over", "tasks", "--dry-run", "--json"])

    assert done.exit_code == 0
    assert [member["name"] for member in json.loads(done.stdout)][-1] == "tasks-4"
    assert sorted(Path(tmp_path).rglob("*")) == before
