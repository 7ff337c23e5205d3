"""What vLLM is handed and what is made of what it gives back, with a stand-in for it: the real one needs a GPU."""

import sys
from types import SimpleNamespace

import pytest

from medinstruct import chat
from medinstruct.chat import ChatError, Prompt
from medinstruct.tasks.constraint import free


class Model:
    def __init__(self, **how):
        self.how = how

    def get_tokenizer(self):
        return SimpleNamespace(chat_template=self.how["model"] == "with-template" or None)

    def chat(self, asked, sampling):
        self.sampling = list(sampling)
        return [said(f"chat: {turns[-1]['content']}") for turns, _ in zip(asked, sampling, strict=True)]

    def generate(self, prompts, sampling):
        return [said(f"plain: {prompt}") for prompt, _ in zip(prompts, sampling, strict=True)]


def said(text):
    return SimpleNamespace(
        prompt_token_ids=[1, 2, 3], outputs=[SimpleNamespace(text=text, token_ids=[4], finish_reason="length")]
    )


@pytest.mark.parametrize("model, head", [("with-template", "chat: "), ("bare", "plain: ")])
def test_turns_go_through_the_chat_template_where_there_is_one(monkeypatch, queries, model, head):
    monkeypatch.setitem(sys.modules, "vllm", SimpleNamespace(LLM=Model, SamplingParams=dict))
    found = list(chat.load(f"vllm:{model}").answer(queries))
    assert [(a.id, a.key) for a in found] == [query.name for query in queries]
    assert all(answer.text.startswith(head) and answer.read == 3 and answer.finish == "length" for answer in found)


def test_the_same_words_asked_again_are_drawn_anew(monkeypatch):
    """A seed of its own for each draw; with one for all, vLLM says the same to the same words."""
    monkeypatch.setitem(sys.modules, "vllm", SimpleNamespace(LLM=Model, SamplingParams=dict))
    backend = chat.load("vllm:with-template", chat.Settings(seed=5, temperature=0.7))
    prompts = [Prompt(str(n), [{"role": "user", "content": "Write."}], free("any"), draw=n) for n in range(3)]
    assert len(list(backend.reply(prompts))) == 3
    assert [one["seed"] for one in backend.model.sampling] == [5, 6, 7]
    assert {one["temperature"] for one in backend.model.sampling} == {0.7}


def test_what_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ChatError, match=r"vllm.*not installed"):
        chat.load("vllm:bare")
