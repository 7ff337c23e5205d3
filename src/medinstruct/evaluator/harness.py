"""A suite as tasks of EleutherAI's lm-evaluation-harness: the same prompts to the byte, the same parsers, the same scores.

    out/medinstruct-blurb.yaml           the group of all tasks
    out/medinstruct-blurb-….yaml         one task for each dataset
    out/data/….jsonl                     its rows, known by their SHA-256, which the task states and checks
    out/wordings.json                    the wordings, whose answer formats read the answers
    out/hooks.py                         what the harness calls; it hands on to this module

    lm_eval --model hf --model_args pretrained=… --include_path out --tasks medinstruct-blurb

The harness' own environment needs medinstruct, so that there is one parser and one score. A prompt is what `hf:` asks a model
without a chat template; exported with `chat`, it is the user's turn alone, for `--apply_chat_template`. Rows under agreement are
left out: nothing in a harness keeps them on this machine. Written for lm-eval 0.4.13 (https://github.com/EleutherAI/lm-evaluation-harness).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medinstruct import artefact, tasks, template
from medinstruct.artefact import Build
from medinstruct.chat import Query
from medinstruct.chat.backends.hf import plain
from medinstruct.evaluator.suite import Dataset, EvaluationError, suite
from medinstruct.evaluator.wordings import Asker
from medinstruct.tasks.task import Case
from medinstruct.template import Template
from medinstruct.version import VERSION

if TYPE_CHECKING:
    import datasets

HOOKS = '''"""What lm-eval calls; medinstruct does it."""

from pathlib import Path

from medinstruct.evaluator import harness

FOLDER = Path(__file__).parent


def load(file, sha256, **_):
    return harness.load(FOLDER / file, sha256)


def read(doc, results):
    return harness.read(FOLDER, doc, results[0])


prompt, right, total = harness.prompt, harness.right, harness.total
'''

TASK = """task: {name}
custom_dataset: !function hooks.load
test_split: test
output_type: generate_until
doc_to_text: !function hooks.prompt
doc_to_target: !function hooks.right
target_delimiter: ""
process_results: !function hooks.read
generation_kwargs: {{until: [], do_sample: false, temperature: 0.0, max_gen_toks: {max_tokens}}}
metric_list:
  - {{metric: {metric}, aggregation: !function hooks.total, higher_is_better: true}}
metadata: {{version: 1.0, file: {file}, sha256: {sha256}, build: {build}, medinstruct: "{version}"}}
"""
"""What stands in braces is made here of letters, digits, dashes and dots, so that it needs no quotes in YAML."""


def export(
    build: Build, out: Path, *, chat: bool = False, limit: int | None = None, max_tokens: int = 512
) -> dict[str, str]:
    """Write the tasks of a build's test part, and return what was left out and why.

    Args:
        build: With a test part.
        out: A folder; files of these names in it are replaced.
        chat: For `--apply_chat_template`: the prompt is the user's turn as it is.
        limit: Rows of each dataset.
        max_tokens: Of an answer.

    Raises:
        EvaluationError: if nothing can be exported; if with `chat` a row has more turns than one.
    """
    found, asker = suite(build, limit), Asker(build)
    left_out, names = dict(found.left_out), []
    (out / "data").mkdir(parents=True, exist_ok=True)
    for dataset in found.datasets:
        queries = asker.queries(dataset)
        if any(query.is_under_agreement for query in queries):
            left_out[dataset.name] = "its rows are under an agreement"
            continue
        names.append(_task(build, dataset, queries, out, chat=chat, max_tokens=max_tokens))
    if not names:
        raise EvaluationError(
            "nothing can be exported: " + "; ".join(f"{name}: {why}" for name, why in left_out.items())
        )
    group = f"medinstruct-{_slug(found.recipe)}"
    artefact.write_text(
        out / f"{group}.yaml", "".join([f"group: {group}\ntask:\n", *(f"  - {name}\n" for name in names)])
    )
    artefact.write_json(out / "wordings.json", {name: wording.source for name, wording in asker.given.items()})
    artefact.write_text(out / "hooks.py", HOOKS)
    return left_out


def _task(build: Build, dataset: Dataset, queries: Sequence[Query], out: Path, *, chat: bool, max_tokens: int) -> str:
    name = f"medinstruct-{_slug(build.manifest['recipe'])}-{_slug(dataset.name)}"
    lines = [json.dumps(_doc(dataset, query, chat=chat), ensure_ascii=False) + "\n" for query in queries]
    artefact.write_text(out / "data" / f"{name}.jsonl", "".join(lines))
    sha256 = hashlib.sha256((out / "data" / f"{name}.jsonl").read_bytes()).hexdigest()
    stated = TASK.format(
        name=name, metric=dataset.metric, max_tokens=max_tokens, file=f"data/{name}.jsonl", sha256=sha256, build=build.digest[:32], version=VERSION,
    )  # fmt: skip
    artefact.write_text(out / f"{name}.yaml", stated)
    return name


def _doc(dataset: Dataset, query: Query, *, chat: bool) -> dict[str, str]:
    if chat and len(query.messages) > 1:
        raise EvaluationError(f"row {query.row['id']} of {dataset.name} has {len(query.messages)} turns, and the harness takes one",
                              next="export without --chat")  # fmt: skip
    return {
        "id": query.row["id"], "prompt": query.messages[0]["content"] if chat else plain(query.messages), "right": query.right,
        "type": dataset.type.name, "metric": dataset.metric, "wording": query.wording.name,
        "example": query.row["example"], "gold": query.row["gold"],
    }  # fmt: skip


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def load(path: Path, sha256: str) -> dict[str, datasets.Dataset]:
    """Return the rows of a task, as the harness wants them.

    Raises:
        EvaluationError: if they are not those that were exported.
    """
    import datasets

    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise EvaluationError("is not what was exported", where=str(path), next="export again")
    with path.open(encoding="utf-8", newline="\n") as file:
        return {"test": datasets.Dataset.from_list([json.loads(line) for line in file])}


def prompt(doc: Mapping[str, str]) -> str:
    """What the model sees."""
    return doc["prompt"]


def right(doc: Mapping[str, str]) -> str:
    """The rendered gold."""
    return doc["right"]


def read(folder: Path, doc: Mapping[str, str], answer: str) -> dict[str, tuple[str, str, Case[Any, Any]]]:
    """Return one answer, read, under the name of the task's metric."""
    wording = _wordings(folder)[doc["wording"]]
    example = wording.type.read(doc["example"], doc["gold"])
    parsed = wording.answer.parse(answer, example.question)
    return {
        doc["metric"]: (doc["type"], doc["metric"], Case(example.question, example.gold, parsed.prediction, answer))
    }


def total(items: Sequence[tuple[str, str, Case[Any, Any]]]) -> float:
    """Return the score of all answers."""
    type, metric, _ = items[0]
    return tasks.load(type).scores[metric]([case for _, _, case in items])


@cache
def _wordings(folder: Path) -> dict[str, Template]:
    return {name: template.compile(text, name) for name, text in artefact.read_json(folder / "wordings.json").items()}
