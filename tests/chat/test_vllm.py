"""What vLLM is handed and what is made of what it gives back, with a stand-in for it: the real one needs a GPU."""

import sys
from types import SimpleNamespace

import pytest

from medinstruct import chat
from medinstruct.chat import ChatError


class Model:
    def __init__(self, **how):
        self.how = how

    def get_tokenizer(self):
        return SimpleNamespace(chat_template=self.how["model"] == "with-template" or None)

    def chat(self, asked, sampling):
        return [said(f"chat: {turns[-1]['content']}") for turns in asked]

    def generate(self, prompts, sampling):
        return [said(f"plain: {prompt}") for prompt in prompts]


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


def test_what_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ChatError, match=r"vllm.*not installed"):
        chat.load("vllm:bare")
