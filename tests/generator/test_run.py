"""A run against a server that fails: the same artefact whatever happened, ceilings kept, nothing told that is secret."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from generator import grammar
from generator.conftest import settings
from generator.server import serving
from medinstruct import generator
from medinstruct.chat import ChatError, ceilings
from medinstruct.errors import MedinstructError
from medinstruct.generator import GenerateError


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "journal.jsonl"
    }


def lines(out):
    return [json.loads(line) for line in (out / "journal.jsonl").read_text().splitlines()]


def test_a_run_with_faults_gives_what_one_without_gives(tmp_path):
    """What came late, or was asked twice, changes no row; dates and addresses of a server are the run's own."""
    found = []
    for faults in (False, True):
        with serving(faults=faults) as server:
            out = tmp_path / str(faults)
            build = generator.generate(
                "openai:grammar", out, settings(server, chat={"concurrency": 8 if faults else 1})
            )
        found.append(
            (
                build["train"].table.drop_columns(["id", "corpus", "corpus_version"]).sort_by("document"),
                build.ledger["totals"],
            )
        )
        names = [(line["id"], line["key"]) for line in lines(out) if "text" in line]
        assert len(names) == len(set(names))
    assert {server.did[fault] > 0 for fault in ("429", "500", "cut", "half", "slow")} == {True}
    assert found[0][0].drop_columns(["meta"]).equals(found[1][0].drop_columns(["meta"]))
    assert found[0][1] == found[1][1]


def test_a_recording_gives_the_artefact_to_the_byte_without_a_model(run, tmp_path):
    out, build = run

    again = generator.replay(out / "journal.jsonl", tmp_path / "again")

    assert again.digest == build.digest
    assert files(out) == files(tmp_path / "again")


def test_a_recording_gives_fewer_rows_if_fewer_are_wanted_and_they_are_the_first(run, tmp_path):
    out, build = run
    ranks = {row["document"]: json.loads(row["meta"])["rank"] for row in build["train"]}

    fewer = generator.replay(out, tmp_path / "fewer", size=50)

    assert {row["document"]: json.loads(row["meta"])["rank"] for row in fewer["train"]} == {
        key: rank for key, rank in ranks.items() if rank < 50
    }


def test_half_a_journal_gives_what_its_whole_batches_give(run, tmp_path):
    out, build = run
    half = (out / "journal.jsonl").read_bytes()
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "journal.jsonl").write_bytes(half[: len(half) * 2 // 3])

    some = generator.replay(tmp_path / "half", tmp_path / "some")

    assert 0 < len(some["train"]) < len(build["train"])
    kept = {row["document"]: row["digest"] for row in build["train"]}
    assert all(kept[row["document"]] == row["digest"] for row in some["train"])
    assert some.ledger["requests"]["in"] % 8 == 0


def test_a_finished_run_that_wants_more_goes_on_with_what_it_has(run, tmp_path):
    with serving() as server:
        how = settings(server, size=20)
        generator.generate("openai:grammar", tmp_path / "bio", how)
        asked = server.requests
        build = generator.generate("openai:grammar", tmp_path / "bio", replace(how, size=60))
        more = server.requests - asked
        generator.generate("openai:grammar", tmp_path / "bio", replace(how, size=60))
        assert server.requests == asked + more
    assert len(build["train"]) == 60
    assert build.ledger["requests"]["in"] <= asked + more


def test_the_ledger_tells_of_every_candidate(run):
    _, build = run
    totals, requests = build.ledger["totals"], build.ledger["requests"]
    for line in (totals["examples"], requests):
        assert line["in"] == line["kept"] + sum(line["dropped"].values())
    assert requests["in"] == build.manifest["generated"]["calls"]["write"]
    assert totals["examples"]["kept"] == len(build["train"]) == 120
    names = {reason.split(":")[0] for reason in totals["examples"]["dropped"]}
    assert names >= {"refusal", "missing", "topic", "length", "cut off"}
    assert requests["dropped"].keys() == {"cannot be read"}


def test_a_row_says_where_it_comes_from(run):
    out, build = run
    asked = {line["id"]: line for line in lines(out) if "text" in line}
    for row in list(build["train"])[:10]:
        told = build.explain(row["id"])
        line = asked[told["request"]]
        assert line["about"]["seeds"] == told["seeds"]
        assert line["about"]["model"] == told["model"] == "openai:grammar"
        assert len(told["seeds"]) == 3
        assert told["prompt"] == build.manifest["generated"]["prompts"]["write"]["hash"]
        assert row["messages"][-1]["content"] in {record["output"] for record in records(line["text"])}
        assert all(json.loads(row["example"])["instruction"] in turn["content"] for turn in row["messages"][-2:-1])


def records(text):
    from medinstruct.tasks.read_json import read_json

    found = read_json(text)
    if found is None:
        return [{"output": part.split("\n")[0]} for part in text.split("Output: ")[1:]]
    return [{"output": "", **record} for record in found.value["instructions"]]


def test_a_key_stands_nowhere(tmp_path, monkeypatch, capfd, caplog):
    """Not in the journal, the artefact, an error or a log, though the server repeats it."""
    caplog.set_level(0)
    monkeypatch.setenv("TEST_KEY", "sk-secret-42")
    with serving() as server:
        generator.generate("openai:grammar", tmp_path / "bio", settings(server, size=5))
        assert server.heads[0]["Authorization"] == "Bearer sk-secret-42"
    with serving(say=lambda messages, seed: 1 / 0) as server, pytest.raises(ChatError) as told:
        generator.generate("openai:grammar", tmp_path / "not", settings(server, size=5, chat={"attempts": 1}))
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sk-secret-42" not in everything
    assert "sk-secret-42" not in str(told.value) + caplog.text + "".join(capfd.readouterr())


def test_a_server_that_knows_no_form_is_asked_in_words(tmp_path):
    with serving(forms=False) as server:
        build = generator.generate(
            "openai:grammar", tmp_path / "bio", settings(server, size=20, chat={"concurrency": 1})
        )
        assert server.did["400"] == 1
    assert len(build["train"]) == 20


def test_prompts_may_show_what_was_accepted_a_batch_before(tmp_path):
    with serving(faults=True) as server:
        how = settings(server, size=150, way={"generated": 2, "per_prompt": 4})
        build = generator.generate("openai:grammar", tmp_path / "bio", how)
        assert generator.replay(tmp_path / "bio", tmp_path / "again").digest == build.digest
    shown = [json.loads(row["meta"])["seeds"] for row in build["train"]]
    assert {sum("/" in id for id in ids) for ids in shown} == {0, 2}
    for row in build["train"]:
        meta = json.loads(row["meta"])
        barrier = (int(meta["request"]) // 8 - 1) * 8
        assert all(int(id.split("/")[0]) < barrier for id in meta["seeds"] if "/" in id)


def test_answers_may_be_asked_for_in_a_second_call(tmp_path):
    """Only of what no answer could save is none asked."""
    with serving(faults=True) as server:
        build = generator.generate("openai:grammar", tmp_path / "bio", settings(server, way={"second": True}))
        assert generator.replay(tmp_path / "bio", tmp_path / "again").digest == build.digest
    calls = build.manifest["generated"]["calls"]
    dropped = build.ledger["totals"]["examples"]["dropped"]
    assert (
        calls["answer"]
        < build.ledger["totals"]["examples"]["in"] - dropped["missing: points at an image or an address"]
    )
    assert all(row["messages"][-1]["content"] for row in build["train"])


def test_a_judge_keeps_what_it_gives_good_marks_and_its_verdict_is_kept(tmp_path):
    with serving(faults=True) as server:
        build = generator.generate(
            "openai:grammar", tmp_path / "bio", settings(server, way={"judge": "strict", "least": 3})
        )
        assert generator.replay(tmp_path / "bio", tmp_path / "again").digest == build.digest
    verdicts = [json.loads(row["meta"])["judge"] for row in build["train"]]
    assert {verdict["model"] for verdict in verdicts} == {"strict"}
    assert min(verdict["correct"] for verdict in verdicts) >= 4
    assert build.ledger["totals"]["examples"]["dropped"]["judge: correct below 3"] > 5
    lenient = generator.replay(tmp_path / "bio", tmp_path / "other")
    assert lenient.digest == build.digest


def test_categories_are_the_models_or_the_classifiers_and_rows_say_whose(tmp_path):
    with serving() as server:
        for kind, expected in (("model", {"model", "classifier"}), ("classifier", {"classifier"})):
            build = generator.generate("openai:grammar", tmp_path / kind, settings(server, way={"categories": kind}))
            assert {json.loads(row["meta"])["category_by"] for row in build["train"]} == expected


def test_requests_and_tokens_of_any_minute_stay_below_their_ceilings(tmp_path, monkeypatch):
    """The minute is shortened to a second, and, as there, one more for the way; the server counts."""
    monkeypatch.setattr(ceilings, "MINUTE", 2.0)
    with serving(faults=True) as server:
        server.book = (tmp_path / "book").open("w")
        how = settings(server, size=200, chat={"per_minute": 20, "tokens_per_minute": 60_000, "concurrency": 16})
        generator.generate("openai:grammar", tmp_path / "bio", how)
    book = [json.loads(line) for line in (tmp_path / "book").read_text().splitlines()]
    busiest = max(sum(line["at"] <= other["at"] < line["at"] + 1 for other in book) for line in book)
    tokens = max(sum(other["tokens"] for other in book if line["at"] <= other["at"] < line["at"] + 1) for line in book)
    assert 10 <= busiest <= 20
    assert 10_000 <= tokens <= 60_000


def test_the_ceiling_of_money_holds_over_runs(tmp_path):
    with serving() as server:
        how = {"prices": (1.0, 10.0), "most_cost": 0.3, "concurrency": 4}
        for _ in range(2):
            with pytest.raises(ChatError, match="are spent, and a request may come to"):
                generator.generate("openai:grammar", tmp_path / "bio", settings(server, size=500, chat=how))
    spent = sum(line.get("read", 0) * 1.0 + line.get("written", 0) * 10.0 for line in lines(tmp_path / "bio")) / 1e6
    assert 0.2 < spent <= 0.3
    assert len(generator.replay(tmp_path / "bio", tmp_path / "some")["train"]) > 20


def test_a_ceiling_of_money_without_prices_is_refused(tmp_path):
    with serving() as server, pytest.raises(ChatError, match="--price"):
        generator.generate("openai:grammar", tmp_path / "bio", settings(server, chat={"most_cost": 1.0}))


def test_a_model_with_nothing_to_say_stops_the_run(tmp_path):
    with (
        serving(say=lambda messages, seed: "No idea.") as server,
        pytest.raises(GenerateError, match="256 cannot be read"),
    ):
        generator.generate("openai:grammar", tmp_path / "bio", settings(server))
    assert not (tmp_path / "bio" / "manifest.json").exists()


def test_other_seeds_do_not_go_on_with_a_run(run, tmp_path):
    with serving() as server:
        how = settings(server, size=5)
        generator.generate("openai:grammar", tmp_path / "bio", how)
        seeds = tmp_path / "own.jsonl"
        seeds.write_text(
            json.dumps({"id": "a", "instruction": "Name a bone.", "output": "Femur.", "category": "other"}) + "\n"
        )
        with pytest.raises((ChatError, GenerateError), match=r"holds something else|were given to another"):
            generator.generate("openai:grammar", tmp_path / "bio", replace(how, seeds=str(seeds)))


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with serving() as server, pytest.raises(GenerateError, match="holds something else"):
        generator.generate("openai:grammar", tmp_path, settings(server, size=5))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


DAMAGED = [
    "[]", '{"sent": 3}', '{"sent": ["a", "b"], "at": "now"}', '{"id": "0", "key": "k", "text": 3}', '{"id": "0"',
    '{"id": "0", "key": "k", "text": "", "about": 3}',
]  # fmt: skip


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_journal_is_told_with_its_line(run, tmp_path, line):
    out, _ = run
    head, *rest = (out / "journal.jsonl").read_text().splitlines()
    (tmp_path / "journal.jsonl").write_text("\n".join([head, rest[0], line, *rest[1:]]) + "\n")
    with pytest.raises(ChatError, match=r"journal\.jsonl:3"):
        generator.replay(tmp_path / "journal.jsonl", tmp_path / "again")


@pytest.mark.parametrize("way", [{"per_prompt": 0}, {"per_call": 0}, {"batch": 0}, {"generated": 4}, {"least": 6}])
def test_settings_that_contradict_themselves_are_refused(tmp_path, way):
    with serving() as server, pytest.raises(GenerateError):
        generator.generate("openai:grammar", tmp_path / "bio", settings(server, way=way))
    assert server.requests == 0


@pytest.mark.parametrize("what, change", [
    ("way", {"batch": 0}), ("way", {"per_prompt": 0}), ("way", {"generated": -1}), ("way", {"per_call": 10**9}),
    ("wanted", {"least": 0}), ("wanted", {"similar": 0}), ("wanted", {"size": 0}), ("wanted", {"terms": "no-terms"}),
])  # fmt: skip
def test_a_recording_whose_settings_contradict_themselves_is_refused(run, tmp_path, what, change):
    """One may come from anywhere, and batches without a prompt would be drawn for ever."""
    head, wanted, *rest = map(json.loads, (run[0] / "journal.jsonl").read_text().splitlines())
    assert "wanted" in wanted
    (head if what == "way" else wanted)[what] |= change
    (tmp_path / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in (head, wanted, *rest)))
    with pytest.raises(MedinstructError, match=r"at least|no license|no more can be|1 to 50?|above 0"):
        generator.replay(tmp_path / "journal.jsonl", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_client_that_is_killed_loses_nothing_that_it_got(tmp_path):
    """SIGKILL, twice; then as if nothing had been: the same rows as the recording gives, and each answer once."""
    out = tmp_path / "bio"
    with serving(faults=True) as server:
        command = [
            sys.executable, "-m", "medinstruct", "generate", "--model", "openai:grammar", "--base-url", server.url, "--out", str(out),
            "--size", "150", "--batch", "8", "--concurrency", "4", "--key-env", "TEST_KEY", "--json",
        ]  # fmt: skip
        for more in (6, 15):
            client = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            before, deadline = server.did["answer"], time.monotonic() + 120
            while server.did["answer"] < before + more and time.monotonic() < deadline:
                time.sleep(0.002)
            os.kill(client.pid, signal.SIGKILL)
            assert client.wait() == -signal.SIGKILL
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    again = generator.replay(out, tmp_path / "again")
    assert told["digest"] == again.digest
    assert told["rows"] == 150
    assert files(out) == files(tmp_path / "again")
    counts = Counter((line["id"], line["key"]) for line in lines(out) if "text" in line)
    assert set(counts.values()) == {1}


def test_the_grammar_says_the_same_to_the_same():
    asked = [{"role": "user", "content": "Write 5 new instructions"}]
    assert grammar.say(asked, 3) == grammar.say(asked, 3) != grammar.say(asked, 4)
