"""A server that refuses, breaks and cuts: every question is answered once, counted once."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from chat.server import serving
from medinstruct import chat
from medinstruct.chat import ChatError, Settings


def settings(server, **more):
    return Settings(base_url=server.url, key_env="TEST_KEY", **more)


def test_faults_are_asked_again_and_each_answer_counts_once(queries, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_KEY", "sk-secret")
    with serving(lambda messages: f"says {len(messages[-1]['content'])}", faults=True) as server:
        backend = chat.load("openai:tiny", settings(server))
        assert backend.address == ""
        found = chat.ask(backend, queries, tmp_path / "a.jsonl")
    assert {server.did[fault] > 0 for fault in ("429", "500", "cut", "half")} == {True}
    assert len(found) == len(queries)
    assert all(found[q.name].text == f"says {len(q.messages[-1]['content'])}" for q in queries)
    assert sum(answer.read for answer in found.values()) == 10 * len(queries)
    assert max(answer.attempts for answer in found.values()) > 1
    assert b"sk-secret" not in (tmp_path / "a.jsonl").read_bytes()
    assert {head["Authorization"] for head in server.heads} == {"Bearer sk-secret"}
    sent = {tuple(m["content"] for m in body["messages"]) for body in server.bodies}
    assert sent == {tuple(m["content"] for m in q.messages) for q in queries}


def test_a_key_that_is_refused_stops_the_run_and_is_not_told(queries, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_KEY", "sk-secret")
    with serving(lambda messages: "", status=401) as server, pytest.raises(ChatError, match="answers 401") as told:
        chat.ask(chat.load("openai:tiny", settings(server)), queries, tmp_path / "a.jsonl")
    assert "sk-secret" not in str(told.value)
    assert "***" in str(told.value)


def test_a_server_that_refuses_every_question_stops_the_run(queries, tmp_path):
    with serving(lambda messages: "", status=400) as server, pytest.raises(ChatError, match="each of the first 20"):
        chat.ask(chat.load("openai:tiny", settings(server)), queries, tmp_path / "a.jsonl")


def test_a_server_that_stays_away_stops_the_run_and_answers_are_kept(queries, tmp_path):
    with serving(lambda messages: "x") as server:
        pass
    backend = chat.load("openai:tiny", settings(server, attempts=2))
    with pytest.raises(ChatError, match="no answer after 2 attempts; the last: ConnectError"):
        chat.ask(backend, queries[:3], tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    "url", ["ftp://localhost/v1", "http://me:secret@localhost/v1", "http://localhost/v1?key=secret", "nonsense"]
)
def test_an_address_with_a_secret_or_of_another_kind_is_refused_and_not_repeated(url):
    with pytest.raises(ChatError, match="base-url is an address") as told:
        chat.load("openai:tiny", Settings(base_url=url))
    assert "secret" not in str(told.value)


def test_a_server_is_told_which_form_an_answer_has_if_that_is_wanted(queries, tmp_path):
    query = next(query for query in queries if query.options)
    wanted = query.wording.answer.constraint(query.example.question)
    for constrained in (False, True):
        with serving(lambda messages: query.right) as server:
            how = settings(server, constrained=constrained)
            chat.ask(chat.load("openai:tiny", how), [query], tmp_path / f"{constrained}.jsonl")
        [body] = server.bodies
        assert ("structured_outputs" in body or "response_format" in body) == constrained
    assert body["structured_outputs"] == {"regex": wanted.value}


def test_another_host_is_an_address_to_ask_leave_for(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert chat.load("openai:gpt").address == "api.openai.com"
    assert chat.load("openai:x", Settings(base_url="http://10.1.2.3:8000/v1")).address == "10.1.2.3"


@pytest.mark.slow
def test_a_client_that_is_killed_goes_on_and_every_item_is_counted_once(build, tmp_path):
    """10 % 429, 5 % 500, cut connections, and SIGKILL in the middle."""
    command = [
        sys.executable, "-m", "medinstruct", "evaluate", str(build.folder), "--model", "openai:tiny", "--out", str(tmp_path / "run"),
        "--concurrency", "4", "--json",
    ]  # fmt: skip
    journal = tmp_path / "run" / "answers.jsonl"
    with serving(lambda messages: "(A) yes", faults=True, wait=0.05) as server:
        command += ["--base-url", server.url]
        client = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (journal.exists() and sum(server.answered.values()) >= 30):
            time.sleep(0.02)
        os.kill(client.pid, signal.SIGKILL)
        assert client.wait() == -signal.SIGKILL
        before = sum(server.answered.values())
        assert 30 <= before < len(build["test"])
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    scores = json.loads(done.stdout)
    _, *lines = journal.read_text().splitlines()
    names = [(json.loads(line)["id"], json.loads(line)["key"]) for line in lines]
    assert len(names) == len(set(names)) == scores["answers"] == len(build["test"])
    assert sum(one["answers"] for one in scores["datasets"]) == len(build["test"])
    assert scores["tokens"] == {"read": 10 * len(names), "written": 2 * len(names)}
    share = {fault: count / server.requests for fault, count in server.did.items()}
    assert share["429"] == pytest.approx(0.1, abs=0.03)
    assert share["500"] == pytest.approx(0.05, abs=0.02)
