"""transformers' own server and transformers in this process say the same.

python -m venv serve && serve/bin/pip install 'transformers[serving]' torch
MEDINSTRUCT_SERVE=serve/bin/transformers pytest tests/chat/test_serve.py
"""

import os

import pytest

from chat import tiny
from loopback import transformers_serving
from medinstruct import chat
from medinstruct.chat import Settings

SERVE = os.environ.get("MEDINSTRUCT_SERVE", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVE, reason="MEDINSTRUCT_SERVE names no `transformers` with a server"),
]


def test_the_server_says_what_the_model_says(queries, tmp_path):
    model = tiny.make(tmp_path / "model", chat=True)
    with transformers_serving(SERVE) as url:
        how = Settings(max_tokens=12, batch=1, base_url=url, concurrency=1)
        over_the_wire = chat.ask(chat.load(f"openai:{model}", how), queries, tmp_path / "openai.jsonl")
        in_process = chat.ask(chat.load(f"hf:{model}", how), queries, tmp_path / "hf.jsonl")
    assert {name: a.text for name, a in over_the_wire.items()} == {name: a.text for name, a in in_process.items()}
    assert {name: a.read for name, a in over_the_wire.items()} == {name: a.read for name, a in in_process.items()}
