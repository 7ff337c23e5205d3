"""lm-evaluation-harness runs an exported suite, in its own environment: same prompts to the byte, same scores.

python -m venv lmeval && lmeval/bin/pip install 'lm-eval[hf,api]==0.4.13' medinstruct
MEDINSTRUCT_LM_EVAL=lmeval/bin/lm_eval pytest tests/evaluator/test_lm_eval.py
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

import medinstruct
from chat.server import serving
from medinstruct import evaluator
from medinstruct.chat import Settings as Chat
from medinstruct.evaluator import harness
from medinstruct.evaluator.suite import suite
from medinstruct.evaluator.wordings import Asker

LM_EVAL = os.environ.get("MEDINSTRUCT_LM_EVAL", "")
SRC = Path(medinstruct.__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LM_EVAL, reason="MEDINSTRUCT_LM_EVAL names no lm_eval")]


def test_the_harness_asks_what_we_ask_and_scores_what_we_score(tmp_path):
    build = medinstruct.build("blurb", samples=True, out=tmp_path / "build", workers=1)
    asker = Asker(build)
    known = {q.messages[-1]["content"]: q.right for d in suite(build).datasets for q in asker.queries(d)}

    def say(messages):
        """Right for two questions of three, the same whoever asks."""
        prompt = messages[-1]["content"]
        return known[prompt] if hashlib.sha256(prompt.encode()).digest()[0] % 3 else "(B) 2.0 None"

    harness.export(build, tmp_path / "tasks", chat=True)
    with serving(say) as server:
        run = evaluator.evaluate(
            build, "openai:tiny", evaluator.Settings(chat=Chat(base_url=server.url)), tmp_path / "run"
        )
        ours = sorted(body["messages"][-1]["content"] for body in server.bodies)
        server.bodies.clear()
        command = [
            LM_EVAL, "--model", "local-chat-completions", "--apply_chat_template", "--include_path", str(tmp_path / "tasks"),
            "--model_args", f"model=tiny,base_url={server.url}/chat/completions,num_concurrent=1",
            "--tasks", "medinstruct-blurb", "--output_path", str(tmp_path / "out"),
        ]  # fmt: skip
        offline = {**os.environ, "PYTHONPATH": str(SRC), "OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1"}
        subprocess.run(command, check=True, env=offline, capture_output=True)
        theirs = sorted(body["messages"][-1]["content"] for body in server.bodies)
    assert theirs == ours
    [found] = (tmp_path / "out").rglob("results_*.json")
    results = json.loads(found.read_text())["results"]
    for one in run.scores["datasets"]:
        task = results[f"medinstruct-blurb-{harness._slug(one['name'])}"]
        assert task[f"{one['metric']},none"] == pytest.approx(one["score"], abs=1e-12), one["name"]
    assert any(0 < one["score"] < 1 for one in run.scores["datasets"])  # else this test shows little
