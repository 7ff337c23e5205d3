"""From a build and a model to scores, and to what went wrong."""

import json
from collections import Counter

import pytest

import medinstruct
from medinstruct import artefact, chat, evaluator
from medinstruct.chat import Answer, Query
from medinstruct.evaluator import EvaluationError, Settings, harness, page
from medinstruct.evaluator.compare import compare
from medinstruct.evaluator.reading import read
from medinstruct.evaluator.suite import suite
from medinstruct.evaluator.wordings import Asker
from medinstruct.evaluator.wrong import wrong

HOSTILE = "<script>alert(1)</script>\"'&<img src=http://evil.example/x>"


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return medinstruct.build("blurb", samples=True, out=tmp_path_factory.mktemp("evaluator") / "build", workers=1)


@pytest.fixture(scope="module")
def oracle(build, tmp_path_factory):
    return evaluator.evaluate(build, "oracle", out=tmp_path_factory.mktemp("oracle") / "run")


@pytest.fixture(scope="module")
def lexicon(build, tmp_path_factory):
    return evaluator.evaluate(build, "lexicon", out=tmp_path_factory.mktemp("lexicon") / "run")


def test_the_gold_scores_full_and_is_read_exactly(oracle):
    assert oracle.score == pytest.approx(1.0, abs=0.05)
    for one in oracle.scores["datasets"]:
        assert one["score"] > 0.9, one["name"]
        assert oracle.errors[one["name"]]["reading"] == {"exact": one["rows"]}


def test_every_row_of_the_test_part_is_asked_once(build, oracle):
    lines = (oracle.folder / "items.jsonl").read_text().splitlines()
    assert Counter(json.loads(line)["id"] for line in lines) == Counter(row["id"] for row in build["test"])
    assert oracle.scores["answers"] == len(build["test"])


def test_blurb_is_the_mean_of_its_kinds_and_pico_is_one(lexicon):
    average = lexicon.scores["average"]
    assert set(average["kinds"]) == {"ner", "pico", "re", "sts", "dc", "qa"}
    assert average["score"] == pytest.approx(sum(average["kinds"].values()) / 6)
    named = [one["score"] for one in lexicon.scores["datasets"] if one["kind"] == "ner"]
    assert average["kinds"]["ner"] == pytest.approx(sum(named) / len(named))
    assert {one["name"] for one in lexicon.scores["datasets"]} >= {
        "bc5cdr/ner (Chemical)",
        "bc5cdr/ner (Disease)",
        "ncbi-disease/ner",
    }


def test_a_dataset_that_is_not_here_is_left_out_and_the_average_says_so(build):
    manifest = {**build.manifest, "missing": {"bioasq-7b": "ask its owners"}}
    fewer = artefact.Build(build.folder, manifest)
    rows = [row for row in build["test"] if row["corpus"] != "bioasq-7b"]
    fewer._splits["test"] = rows
    found = suite(fewer)
    average = found.average({dataset.name: 1.0 for dataset in found.datasets})
    assert average["left_out"] == {"bioasq-7b/qa": "ask its owners"}
    assert (average["datasets"], average["all"]) == (12, 13)


def test_fewer_rows_are_among_more(build):
    two, three = ({row["id"] for dataset in suite(build, n).datasets for row in dataset.rows} for n in (2, 3))
    assert two < three


def test_a_run_is_the_same_again_and_asks_nobody(build, lexicon):
    before = (lexicon.folder / "answers.jsonl").read_bytes()
    again = evaluator.evaluate(build, "lexicon", out=lexicon.folder)
    assert again.scores == lexicon.scores
    assert (lexicon.folder / "answers.jsonl").read_bytes() == before


def test_a_build_without_a_test_part_is_refused(build):
    bare = artefact.Build(build.folder, build.manifest)
    del bare._splits["test"]
    with pytest.raises(EvaluationError, match="has no test part"):
        evaluator.evaluate(bare, "oracle")


@pytest.mark.parametrize(
    "text, state",
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I'm sorry, but I cannot help with that.", "refused"),
        ("Purple elephants.", "unreadable"),
        ("(B) not this one, but that", "repaired"),
    ],
)
def test_how_an_answer_could_be_read_is_told(build, text, state):
    query = next(q for q in chat.queries(build["test"], chat.wordings(build.manifest)) if q.options)
    assert read(query, Answer.to(query, text)).state == state
    assert read(query, Answer.to(query, text, fault="400: too long")).state == "unanswered"
    assert read(query, Answer.to(query, query.right)).state == "exact"


def test_what_went_wrong_counts_every_answer_and_every_mention(build):
    dataset = next(d for d in suite(build).datasets if d.corpus == "ncbi-disease")
    queries = Asker(build, ["typed-lines"]).queries(dataset)
    reads = [
        read(query, Answer.to(query, query.right if n % 2 else "Disease: morphine-fever"))
        for n, query in enumerate(queries)
    ]
    tables = wrong(dataset, reads, {})
    due = sum(len(query.example.gold.spans) for query in queries)
    missed = sum(len(query.example.gold.spans) for query in queries[::2])
    assert sum(tables["reading"].values()) == len(queries)
    assert tables["reading"]["invented"] == len(queries[::2])
    assert tables["seen"] == {"unseen": {"due": due, "found": due - missed}}
    confusion = {(right, said): times for right, said, times in tables["confusion"]}
    assert confusion["Disease", "(nothing)"] == missed
    assert confusion["(nothing)", "Disease"] == len(queries[::2])
    assert sum(some["rows"] for some in tables["length"].values()) == len(queries)


def test_other_wordings_ask_the_same_rows_and_the_spread_is_told(build, tmp_path):
    run = evaluator.evaluate(build, "oracle", Settings(wordings=("all",)), tmp_path / "run")
    several = [one for one in run.scores["datasets"] if one["wordings"]]
    assert len(several) > 8
    for one in several:
        spread = one["wordings"]
        assert spread["min"] <= spread["mean"] <= spread["max"]
        assert one["answers"] == one["rows"] * len(spread["each"])
        assert one["score"] == pytest.approx(spread["mean"])
    left_out = [why for tables in run.errors.values() for why in tables["wordings left out"].values()]
    assert any("guideline" in why for why in left_out)
    with pytest.raises(medinstruct.errors.NotFound, match="did you mean"):
        evaluator.evaluate(build, "oracle", Settings(wordings=("typed-linse",)), tmp_path / "other")


def test_the_page_escapes_what_it_shows_and_loads_nothing(build, oracle):
    found = suite(build)
    rows = [{**row, "document": HOSTILE} for row in build["test"]]
    wordings = chat.wordings(build.manifest)
    reads = {row["id"]: read(q := Query.of(row, wordings[row["template"]]), Answer.to(q, HOSTILE)) for row in rows}
    groups = [(d, [reads[row["id"]] for row in d.rows]) for d in found.datasets]
    text = page.write({**oracle.scores, "model": HOSTILE}, oracle.errors, groups)
    assert "<script" not in text
    assert "<img" not in text
    assert "src=" not in text.replace("src=http://evil.example/x", "")
    assert "default-src 'none'" in text
    assert "http://evil.example" in text  # shown, as text


def test_gold_and_prediction_are_marked_in_the_text(oracle, lexicon):
    all_right, some_wrong = ((run.folder / "page.html").read_text() for run in (oracle, lexicon))
    assert "<mark>" in all_right
    assert '<mark class="wrong">' not in all_right.split("<h2>ncbi-disease/ner</h2>")[1].split("<h2>")[0]
    assert '<mark class="wrong">' in some_wrong


def test_two_runs_are_compared_row_by_row(build, oracle, lexicon):
    found = {one["name"]: one for one in compare(oracle.folder, lexicon.folder, rounds=200)}
    assert set(found) == {one["name"] for one in oracle.scores["datasets"]}
    for one in lexicon.scores["datasets"]:
        assert found[one["name"]]["second"] == pytest.approx(one["score"])
    same = compare(lexicon.folder, lexicon.folder, rounds=200)
    assert all(one["difference"] == 0 and one["p"] == 1 for one in same)


def test_runs_on_different_rows_are_not_compared(build, oracle, tmp_path):
    fewer = evaluator.evaluate(build, "oracle", Settings(limit=2), tmp_path / "run")
    with pytest.raises(EvaluationError, match="different numbers of rows"):
        compare(oracle.folder, fewer.folder)


def test_the_exported_harness_has_our_prompts_and_our_scores(build, tmp_path):
    """The harness' own run is in `test_lm_eval.py`; here its hooks are called as it calls them."""
    found = suite(build)
    left_out = harness.export(build, tmp_path)
    asker = Asker(build)
    for dataset in found.datasets:
        name = f"medinstruct-blurb-{harness._slug(dataset.name)}"
        stated = (tmp_path / f"{name}.yaml").read_text()
        sha256 = stated.split("sha256: ")[1].split(",")[0]
        docs = list(harness.load(tmp_path / "data" / f"{name}.jsonl", sha256)["test"])
        queries = asker.queries(dataset)
        assert [harness.prompt(doc) for doc in docs] == [
            "".join(f"{m['content']}\n\n" for m in q.messages) for q in queries
        ]
        said = [doc["right"] if n % 3 else "None" for n, doc in enumerate(docs)]
        items = [harness.read(tmp_path, doc, text)[dataset.metric] for doc, text in zip(docs, said)]
        ours = dataset.type.scores[dataset.metric]([read(q, Answer.to(q, text)).case for q, text in zip(queries, said)])
        assert harness.total(items) == ours
    assert not left_out
    with pytest.raises(EvaluationError, match="is not what was exported"):
        harness.load(tmp_path / "data" / f"{name}.jsonl", "0" * 64)


def test_rows_under_agreement_are_not_exported(build, tmp_path):
    closed = artefact.Build(build.folder, build.manifest)
    closed._splits["test"] = [
        {**row, "license": "agreement"} if row["corpus"] == "hoc" else row for row in build["test"]
    ]
    assert harness.export(closed, tmp_path) == {"hoc/dc": "its rows are under an agreement"}
    assert not list(tmp_path.glob("**/*hoc*"))


def test_one_task_asked_as_two_types_is_two_datasets(tmp_path):
    """They have one corpus and one task, and each its own name, rows and score."""
    recipe = tmp_path / "two.yaml"
    recipe.write_text(
        "title: Two ways\nkind: benchmark\nsize: all\nroles: [train, validation, test]\ndedup: false\ndisjoint: false\nmix:\n"
        "  - {corpus: bc5cdr, task: re}\n  - {corpus: bc5cdr, task: re, as: multiple_choice}\n"
    )
    build = medinstruct.build(str(recipe), samples=True, out=tmp_path / "build")

    run = medinstruct.evaluate(build, model="oracle", out=tmp_path / "run")

    names = [one["name"] for one in run.scores["datasets"]]
    assert names == ["bc5cdr/re as relation_triples", "bc5cdr/re as multiple_choice"]
    assert all(one["score"] == 1 for one in run.scores["datasets"])


def test_the_stricter_of_row_and_manifest_decides_what_may_be_sent(build, tmp_path, monkeypatch):
    """A row that says nothing of its agreement is known by the manifest, as it is when it is published or shown."""
    manifest = json.loads(json.dumps(build.manifest))
    manifest["corpora"]["hoc"]["license"] = "agreement"
    closed = artefact.Build(build.folder, manifest)
    backend = chat.load("oracle")
    backend.address = "models.example"
    monkeypatch.setattr(chat, "load", lambda model, settings: backend)
    with pytest.raises(chat.ChatError, match=r"models\.example is not this machine: hoc"):
        evaluator.evaluate(closed, "oracle", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
