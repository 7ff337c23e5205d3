"""Asking: answers are written as they come, once each; text under agreement stays here."""

import json

import pytest

from medinstruct import chat
from medinstruct.chat import Answer, ChatError, Settings
from medinstruct.chat.backends.openai import is_this_machine
from medinstruct.errors import NotFound


class Stops(chat.Backend):
    """Answers some questions and then breaks off."""

    def __init__(self, after):
        super().__init__("stops", Settings())
        self.after, self.asked = after, []

    def answer(self, queries):
        for query in queries:
            if len(self.asked) == self.after:
                raise ChatError("broke off")
            self.asked.append(query.name)
            yield Answer.to(query, query.right)


def test_every_backend_has_its_name_and_a_wrong_one_is_told_the_nearest():
    assert {"hf", "openai", "replay", "oracle", "majority", "random", "lexicon"} <= set(chat.names())
    with pytest.raises(NotFound, match="did you mean oracle"):
        chat.load("oracel")


def test_a_broken_run_goes_on_where_it_stopped(queries, tmp_path):
    first, second = Stops(5), Stops(10**9)
    with pytest.raises(ChatError, match="broke off"):
        chat.ask(first, queries, tmp_path / "a.jsonl")
    with (tmp_path / "a.jsonl").open("ab") as file:
        file.write(b'{"id": "half a li')  # what a kill leaves
    found = chat.ask(second, queries, tmp_path / "a.jsonl")
    assert not set(first.asked) & set(second.asked)
    assert len(first.asked) + len(second.asked) == len(queries) == len(found)
    head, *lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert "settings" in json.loads(head)
    assert sorted((json.loads(line)["id"], json.loads(line)["key"]) for line in lines) == sorted(found)


def test_answers_to_other_settings_are_not_gone_on_with(queries, tmp_path):
    chat.ask(chat.load("oracle"), queries, tmp_path / "a.jsonl")
    with pytest.raises(ChatError, match="another settings"):
        chat.ask(chat.load("oracle", Settings(seed=1)), queries, tmp_path / "a.jsonl")


def test_two_runs_do_not_write_at_once(queries, tmp_path):
    class Nested(Stops):
        def answer(self, queries):
            chat.ask(chat.load("oracle"), queries, tmp_path / "a.jsonl")
            yield from ()

    with pytest.raises(ChatError, match="another run is writing"):
        chat.ask(Nested(1), queries, tmp_path / "a.jsonl")


def test_a_damaged_line_is_told_with_its_number(queries, tmp_path):
    chat.ask(chat.load("oracle"), queries, tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_bytes().split(b"\n")
    lines[2] = b"nonsense"
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    with pytest.raises(ChatError, match=r"a\.jsonl:3: is no JSON"):
        chat.ask(chat.load("oracle"), queries, tmp_path / "a.jsonl")


def test_a_recording_says_the_same_again_and_nothing_else(queries, tmp_path):
    said = chat.ask(chat.load("oracle"), queries[:-1], tmp_path / "a.jsonl")
    replay = chat.load(f"replay:{tmp_path / 'a.jsonl'}")
    assert chat.ask(replay, queries[:-1], tmp_path / "b.jsonl") == said
    with pytest.raises(ChatError, match="holds no answer to 1 of"):
        chat.ask(replay, queries, tmp_path / "c.jsonl")


@pytest.mark.parametrize("license", ["agreement", "a license that nobody knows"])
def test_rows_under_agreement_do_not_leave_unless_the_host_is_allowed_by_name(queries, tmp_path, license):
    query = chat.Query.of({**queries[0].row, "license": license}, queries[0].wording)
    asked = Stops(10)
    asked.address = "models.example"
    with pytest.raises(ChatError, match=r"1 rows are under an agreement.*models\.example is not this machine"):
        chat.ask(asked, [query], tmp_path / "a.jsonl", allow=["other.example"])
    assert not asked.asked
    assert len(chat.ask(asked, [query], tmp_path / "a.jsonl", allow=["models.example"])) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1"])
def test_the_loopback_is_this_machine(host):
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["localhost.example.org", "10.0.0.1", "127.0.0.1.example.org", "0.0.0.0", "api.openai.com", ""]
)
def test_nothing_else_is(host):
    assert not is_this_machine(host)


@pytest.mark.parametrize("model", ["majority", "random", "lexicon"])
def test_baselines_say_the_same_in_every_run_whatever_the_order(build, queries, model):
    wordings = chat.wordings(build.manifest)
    said = []
    for turn in (1, -1):
        backend = chat.load(model)
        backend.learn(list(chat.queries(build["train"], wordings))[::turn])
        said.append({(a.id, a.key): a.text for a in backend.answer(queries[::turn])})
    assert len(said[0]) == len(queries)
    assert said[0] == said[1]


def test_the_dictionary_finds_what_it_has_learnt_and_not_the_gold(queries):
    """Each row's own gold is learnt, so every mention is known; the row that is asked is not looked at."""
    backend = chat.load("lexicon")
    spans = [
        query for query in queries if query.wording.type.name == "span_extraction" and not query.example.gold.is_empty
    ]
    backend.learn(spans)
    right = [answer.text == query.right for query, answer in zip(spans, backend.answer(spans))]
    assert sum(right) > len(right) / 2
    backend.learn([])
    assert not any(
        query.wording.answer.parse(a.text, query.example.question).prediction
        for query, a in zip(spans, backend.answer(spans))
    )
