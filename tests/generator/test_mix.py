"""A generated artefact is one like any other: mixed in by a recipe, explained, gated; and grounded in the rows of another."""

import json

import pytest

import medinstruct
from generator import grammar
from generator.conftest import settings
from generator.server import serving
from medinstruct import artefact, chat, generator
from medinstruct.errors import FormatError, MedinstructError, NotFound
from medinstruct.generator import grounded
from medinstruct.publisher import gate
from medinstruct.rebuild import rerender, verify
from medinstruct.recipe import parse

RECIPE = """title: A mixture with generated instructions
dedup: false
mix:
  - {{artefact: {0}, weight: 1}}
  - {{corpus: ncbi-disease, task: ner, weight: 2}}
"""


@pytest.fixture
def mixed(run, tmp_path):
    out, _ = run
    (tmp_path / "mixed.yaml").write_text(RECIPE.format(out))
    return medinstruct.build(str(tmp_path / "mixed.yaml"), out=tmp_path / "mixed", workers=1)


def test_a_recipe_mixes_it_in(run, mixed):
    _, build = run
    [id] = build.manifest["corpora"]
    rows = [row for row in mixed["train"] if row["corpus"] == id]
    assert {row["document"] for row in rows} == {row["document"] for row in build["train"]}
    golds = {row["document"]: row["gold"] for row in build["train"]}
    assert all(row["gold"] == golds[row["document"]] and row["license"] == "generator-terms" for row in rows)
    assert len({row["template"] for row in rows}) > 3
    assert mixed.manifest["corpora"][id]["license"] == "generator-terms"


def test_its_rows_come_back_from_it(run, mixed):
    _, build = run
    [id] = build.manifest["corpora"]
    rows = [("train", row) for row in mixed["train"] if row["corpus"] == id][:20]
    again = rerender.rerender(mixed, rows)
    assert all(one.is_same for one in again.rows)


def test_it_is_what_it_says_it_is_and_comes_again_from_its_journal(run, tmp_path):
    import shutil

    out, build = run
    verdict = verify.verify(build)
    assert verdict.is_equal, (verdict.faults, verdict.differences)
    assert verdict.compared == 120
    shutil.copytree(out, tmp_path / "copy")
    (tmp_path / "copy" / "journal.jsonl").unlink()
    assert (
        "which holds what its model said, is not here" in verify.verify(artefact.load(tmp_path / "copy")).differences[0]
    )


def test_an_entry_names_a_corpus_or_an_artefact():
    with pytest.raises(MedinstructError, match="artefact: stands beside `corpus`"):
        parse("title: x\nmix: [{artefact: builds/bio, corpus: gad}]", "x.yaml")
    with pytest.raises(MedinstructError, match="corpus: is missing"):
        parse("title: x\nmix: [{weight: 2}]", "x.yaml")


def test_another_build_is_no_source_of_instructions(tmp_path):
    medinstruct.build("blurb", samples=True, out=tmp_path / "blurb", workers=1)
    (tmp_path / "mixed.yaml").write_text(RECIPE.format(tmp_path / "blurb"))
    with pytest.raises(MedinstructError, match="holds no generated instructions"):
        medinstruct.build(str(tmp_path / "mixed.yaml"), out=tmp_path / "mixed")
    (tmp_path / "mixed.yaml").write_text(RECIPE.format(tmp_path / "nowhere"))
    with pytest.raises(NotFound, match="holds no build"):
        medinstruct.build(str(tmp_path / "mixed.yaml"), out=tmp_path / "mixed")


def test_the_terms_of_its_maker_bind_who_publishes_it(run):
    _, build = run
    verdict = gate.check(build, gate.Permits())
    assert verdict.license == "other"
    assert "generator-terms" in verdict.obligations


def test_a_free_model_writes_free_rows(tmp_path):
    with serving() as server:
        build = generator.generate("openai:grammar", tmp_path / "bio", settings(server, size=5, terms="apache-2.0"))
    assert {row["license"] for row in build["train"]} == {"apache-2.0"}
    assert gate.check(build, gate.Permits()).license == "apache-2.0"
    with serving() as server, pytest.raises(NotFound, match="no license 'apache'"):
        generator.generate("openai:grammar", tmp_path / "not", settings(server, terms="apache"))


# On rows of a build


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """The rows of a build of samples that asks for inference; under agreement, as of MedNLI."""
    folder = tmp_path_factory.mktemp("ground")
    (folder / "nli.yaml").write_text(
        "title: Inference\nmix: [{corpus: mednli, task: nli}, {corpus: pubmedqa, task: qa}]\n"
    )
    return medinstruct.build(str(folder / "nli.yaml"), samples=True, out=folder / "nli", workers=1)


def right(build):
    """A model that knows the gold of every second row, and guesses of the others."""
    rows = {grounded.material(grounded.scorer.asked(row)): row for row in build["train"]}

    def say(messages, seed):
        asked = messages[-1]["content"]
        row = next(row for material, row in rows.items() if f"=== input ===\n{material}\n=== end" in asked)
        output = row["messages"][-1]["content"] if seed % 2 else "none of these"
        lot = grammar.random.Random(seed)
        words = grammar.words(lot)
        one = f"A {words['age']} patient with {words['way']} {words['finding']}: choose what fits, and {words['verb']} no {words['test']}."
        return json.dumps(
            {
                "instructions": [
                    {"instruction": one, "input": "", "output": output, "category": "other", "topic": "reasoning"}
                ]
            }
        )

    return say


def test_what_agrees_with_the_gold_of_its_row_is_kept(ground, tmp_path):
    rows = grounded.Rows(ground)
    with serving(say=right(ground), faults=True) as server:
        how = settings(server, size=12, way={"per_call": 1})
        build = generator.generate("openai:knows", tmp_path / "bio", how, ground=rows, filters=[])
    again = generator.replay(tmp_path / "bio", tmp_path / "again", ground=grounded.Rows(ground), filters=[])
    assert again.digest == build.digest
    known = {row["id"]: row for row in ground["train"]}
    for row in build["train"]:
        stands = json.loads(row["meta"])["stands_on"]
        source = known[stands["row"]]
        assert row["messages"][-1]["content"] == source["messages"][-1]["content"]
        assert row["license"] == source["license"] == stands["license"]
        assert set(source["groups"]) <= set(row["groups"])
    assert any("grounded" in reason for reason in build.ledger["totals"]["examples"]["dropped"])
    assert build.manifest["samples"]
    assert verify.verify(build, rows=0).faults == []
    assert all(build.manifest["corpora"][row["corpus"]]["license"] == row["license"] for row in build["train"])
    assert {row["license"] for row in build["train"]} >= {"agreement"}
    with pytest.raises(gate.GateError, match="under an agreement"):
        gate.check(build, gate.Permits(samples=True))


def test_a_recording_of_a_grounded_run_needs_its_rows(ground, tmp_path):
    with serving(say=right(ground)) as server:
        how = settings(server, size=4, way={"per_call": 1})
        generator.generate("openai:knows", tmp_path / "bio", how, ground=grounded.Rows(ground), filters=[])
    with pytest.raises(MedinstructError, match="--rows FOLDER"):
        generator.replay(tmp_path / "bio", tmp_path / "again")
    with pytest.raises(MedinstructError, match="--rows FOLDER"):
        generator.replay(tmp_path / "bio", tmp_path / "again", ground=grounded.Rows(ground, seed=3))


@pytest.mark.parametrize("way", [{}, {"second": True}, {"judge": "same"}])
def test_rows_under_agreement_are_refused_before_the_first_request(ground, tmp_path, monkeypatch, way):
    """The server is on this machine; only its name is another's."""
    asked = []
    with serving(say=lambda messages, seed: asked.append(messages) or "x") as server:
        load = chat.load

        def elsewhere(model, settings):
            backend = load(model, settings)
            backend.address = "api.example.org"
            return backend

        monkeypatch.setattr(chat, "load", elsewhere)
        with pytest.raises(
            chat.ChatError, match=r"rows are under an agreement, and api\.example\.org is not this machine: mednli"
        ):
            generator.generate("openai:x", tmp_path / "bio", settings(server, way=way), ground=grounded.Rows(ground))
        assert server.requests == 0
        assert not (tmp_path / "bio").exists()
        with pytest.raises(MedinstructError, match="brought nothing"):  # allowed by name, it is asked
            generator.generate(
                "openai:x",
                tmp_path / "bio",
                settings(server, way=way, allow=("api.example.org",)),
                ground=grounded.Rows(ground),
            )
        assert server.requests > 0


def test_what_stands_on_text_under_agreement_is_shown_with_rows_of_its_corpus_alone(ground, tmp_path):
    """An instruction may say again what its row says; shown as an example beside an open row, its words would go into rows that may leave."""
    knows = right(ground)
    closed = {grounded.material(grounded.scorer.asked(row)): row["license"] == "agreement" for row in ground["train"]}

    def say(messages, seed):
        is_closed = next(shut for text, shut in closed.items() if f"\n{text}\n=== end" in messages[-1]["content"])
        return knows(messages, 1).replace("choose what fits", "words of a patient" if is_closed else "words for all")

    with serving(say=say) as server:
        how = settings(server, size=40, way={"per_call": 1, "generated": 2, "batch": 4})
        build = generator.generate("openai:knows", tmp_path / "bio", how, ground=grounded.Rows(ground), filters=[])
    asked = [json.loads(line) for line in (tmp_path / "bio" / "journal.jsonl").read_text().splitlines()]
    prompts = ["\n".join(turn["content"] for turn in one["about"]["messages"]) for one in asked if "about" in one]
    shown = {
        (is_closed, what)
        for prompt in prompts
        for text, is_closed in closed.items()
        if f"\n{text}\n=== end" in prompt
        for what in ("patient", "all")
        if f"words {'of a' if what == 'patient' else 'for'} {what}" in prompt
    }
    assert shown == {(True, "patient"), (True, "all"), (False, "all")}
    assert {row["license"] for row in build["train"]} == {"agreement", "mit"}


def test_a_damaged_row_of_a_mixed_in_build_is_set_aside(run, tmp_path):
    import pyarrow as pa

    out, build = run
    rows = build["train"].table.slice(0, 3).to_pylist()
    rows[1]["gold"] = '{"references": 3}'
    rows[2]["type"] = "similarity"
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("manifest.json", "ledger.json"):
        (copy / name).write_bytes((out / name).read_bytes())
    artefact.write_shard(copy / build.manifest["shards"][0]["file"], rows)
    (tmp_path / "mixed.yaml").write_text(RECIPE.format(copy))
    mixed = medinstruct.build(str(tmp_path / "mixed.yaml"), out=tmp_path / "mixed", workers=1)
    [id] = build.manifest["corpora"]
    assert len(mixed.manifest["corpora"][id]["broken"]) == 2
    assert pa.compute.sum(pa.compute.equal(mixed["train"].table["corpus"], id)).as_py() == 1
    (copy / build.manifest["shards"][0]["file"]).write_bytes(b"PAR1")
    with pytest.raises(FormatError):
        medinstruct.build(str(tmp_path / "mixed.yaml"), out=tmp_path / "again", workers=1)
