"""What a look at instructions tells."""

import json

import pytest
from typer.testing import CliRunner

import medinstruct
from medinstruct import artefact
from medinstruct.cli import app
from medinstruct.generator import look, seed, similar, verbs
from medinstruct.generator.candidate import Candidate
from medinstruct.generator.filters.copied import RUN, Words
from medinstruct.mixture.pack import ONE_IN, Section

SEEDS = seed.load("bioinstruct")
HELD = [Candidate(one.id, one.instruction, one.input, one.output, one.category, one.topic, (), "") for one in SEEDS]


@pytest.mark.parametrize(
    "instruction, verb, noun",
    [
        ("Write short instructions for a man who goes home.", "write", "instruction"),
        ("Please list three common causes of anaemia.", "list", "cause"),
        ("In view of these findings, name the disease.", "name", "disease"),
        ("From the report extract the abnormal findings.", "extract", "finding"),
        ("You are a nurse. Explain the procedure to the patient.", "explain", "procedure"),
        ("Summarize the discharge summary below.", "summarize", "summary"),
        ("Give a differential diagnosis of four conditions.", "give", "diagnosis"),
        ("Classify each of the abstracts.", "classify", "abstract"),
        ("Given the following case, what is the diagnosis?", "what?", "diagnosis"),
        ("Which nerve is injured?", "which?", "nerve"),
        ("A man coughs. How would you treat him?", "how?", "treat"),
        ("Is the tumour of the lung malignant? Answer yes or no.", "is?", "tumour"),
        ("The patient's report is missing.", "", ""),
        ("", "", ""),
    ],
)
def test_verbs_and_nouns_are_told_by_form(instruction, verb, noun):
    assert verbs.asked(instruction) == (verb, noun)


def test_nearly_every_seed_has_a_verb():
    assert sum(bool(verbs.asked(one.instruction).verb) for one in SEEDS) >= 79


def test_the_numbers_are_those_of_the_instructions():
    found = look.measure("seeds", HELD)

    assert found["instructions"] == 80
    assert found["with input"] == sum(bool(one.input) for one in SEEDS)
    assert found["categories"]["information extraction"] == 27
    assert found["topics"]["named"] == 80
    assert found["tokens"]["input"]["p5"] == 0
    assert sum(found["tokens"]["output"]["bins"].values()) == 80
    assert found["verbs"]["most"]["write"] == 9
    assert found["nearest seed"] == found["benchmarks"] == {}


def test_the_nearest_seed_is_that_of_all_pairs():
    texts = [one.instruction for one in SEEDS[40:]]
    found = look.measure("half", HELD[40:], SEEDS[:40])["nearest seed"]
    scores = [max((similar.rouge_l(text, one.instruction), -n) for n, one in enumerate(SEEDS[:40])) for text in texts]

    assert found["nearest"][0]["rouge_l"] == max(scores)[0]
    assert found["mean"] == pytest.approx(sum(score for score, _ in scores) / 40)
    assert sum(found["histogram"]) == sum(found["uses"].values()) == 40
    best = max(range(40), key=lambda n: scores[n])
    assert found["nearest"][0] == {
        "instruction": texts[best],
        "seed": SEEDS[-scores[best][1]].id,
        "rouge_l": scores[best][0],
    }


def test_likeness_to_benchmarks_is_counted_by_test_part():
    import numpy as np

    from medinstruct import text as prose

    runs = np.unique(Words(prose.normalise(SEEDS[0].instruction)).grams(RUN))
    none = np.zeros(0, dtype=np.uint64)
    sections = [Section("one", "test", "mit", 1, none, runs), Section("two", "test", "mit", 1, none, none)]
    assert ONE_IN > 1
    assert look.measure("seeds", HELD, (), sections)["benchmarks"] == {"one/test": 1, "two/test": 0}


def test_the_page_the_numbers_and_the_picture_are_written(tmp_path):
    few = [Candidate("1", "Name | the <b>drug</b>.", "", "zorbinase", "", "", (), "")]
    looks = [look.measure("seeds", HELD, SEEDS), look.measure("few", few, SEEDS)]
    files = look.write(tmp_path / "look", looks)

    assert {file.name for file in files} == {"look.json", "look.md", "look.png"}
    assert json.loads((tmp_path / "look/look.json").read_text()) == looks
    page = (tmp_path / "look/look.md").read_text()
    assert "| information extraction | 33.8% | – |" in page
    assert "![topics" in page
    assert (tmp_path / "look/look.png").read_bytes().startswith(b"\x89PNG")
    look.write(tmp_path / "again", looks)
    assert (tmp_path / "again/look.png").read_bytes() == (tmp_path / "look/look.png").read_bytes()


def test_no_instructions_at_all_are_told_as_that(tmp_path):
    look.write(tmp_path, [look.measure("none", [], SEEDS)])
    assert "| instructions | 0 |" in (tmp_path / "look.md").read_text()


def test_the_bundled_sample_of_bioinstruct_can_be_looked_at(tmp_path):
    """Where no files are at hand there is nothing, and nothing is fetched."""
    assert list(look.of_corpus("bioinstruct", tmp_path)) == []


def test_the_command_looks_at_a_build(tmp_path):
    build = medinstruct.build("bioinstruct", samples=True, out=tmp_path / "bio")
    told = CliRunner().invoke(app, ["look", str(build.folder), "--data", str(tmp_path)])

    assert told.exit_code == 0, told.output
    assert "bioinstruct is not at hand" in told.output
    [found] = json.loads((tmp_path / "bio-look/look.json").read_text())
    assert found["instructions"] == len(build["train"])
    assert set(found["benchmarks"]) >= {"medqa-us/test", "pubmedqa/test"}


def test_rows_under_agreement_are_passed_over(tmp_path):
    """A look quotes instructions; whether a row says so itself or the manifest does."""
    built = medinstruct.build("bioinstruct", samples=True, out=tmp_path / "build")
    assert list(look.of_build(built))
    manifest = json.loads(json.dumps(built.manifest))
    for corpus in manifest["corpora"].values():
        corpus["license"] = "agreement"
    assert list(look.of_build(artefact.Build(built.folder, manifest))) == []
