"""One row, prepared by us and by two others: prompt and answer written, and the answer read back where there is a reader.

    python bench/others.py BUILD FOLDER

The same texts and answers (rows of span extraction) go through our wording and answer format, through a template of unitxt
with its usual post-processor, and through `Template.apply` of PromptSource, which reads nothing back. The others are installed by pip
into environments of their own below FOLDER; where that cannot be done, it is told. The last line of the output is JSON: who, and
microseconds a row, or why not.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

from medinstruct import artefact, tasks, template

ROWS = 5_000
BODY = "Find every mention of these kinds in the text: {labels}.\n\nText: {text}"

UNITXT = """
import json, sys, time
from unitxt.processors import ToStringStripped
from unitxt.templates import InputOutputTemplate
rows = [json.loads(line) for line in open(sys.argv[1])]
shape = InputOutputTemplate(input_format={body!r}, output_format="{answer}", postprocessors=[])
read = ToStringStripped(field="prediction")
began = time.perf_counter()
for row in rows:
    made = shape.process({"input_fields": {"text": row["text"], "labels": row["labels"]}, "reference_fields": {"answer": row["answer"]}})
    read.process_value(made["target"])
print((time.perf_counter() - began) / len(rows) * 1e6)
"""

PROMPTSOURCE = """
import json, sys, time
from promptsource.templates import Template
rows = [json.loads(line) for line in open(sys.argv[1])]
shape = Template("spans", {body!r} + " ||| {{ answer }}", "")
began = time.perf_counter()
for row in rows:
    shape.apply(row)
print((time.perf_counter() - began) / len(rows) * 1e6)
"""

OTHERS = {
    "unitxt 1.26, template and post-processor": (UNITXT.replace("{body!r}", repr(BODY)), ["unitxt==1.26.*"]),
    "PromptSource, apply": (
        PROMPTSOURCE.replace("{body!r}", repr(BODY.replace("{labels}", "{{ labels }}").replace("{text}", "{{ text }}"))),
        ["--no-deps", "--ignore-requires-python", "promptsource", "jinja2", "markupsafe", "pyyaml", "pandas", "numpy",
         "python-dateutil", "six", "pytz", "tzdata"],
    ),
}  # fmt: skip
"""Script, and what pip is asked for; PromptSource says that it wants Python 3.9 or older, and its templates work with newer ones."""


def ours(rows: list[dict[str, Any]]) -> float:
    """Microseconds a row: prompt, answer, and the answer read and compared."""
    ready = [
        (template.load(row["template"]), tasks.load(row["type"]).read(row["example"], row["gold"])) for row in rows
    ]
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    for wording, example in ready:
        answer = wording.answer.render(example)
        wording.messages(example, answer)
        if wording.answer.parse(answer, example.question).prediction != wording.answer.carries(example):
            raise SystemExit(f"an answer of {wording.name} does not come back")
    return (time.perf_counter() - began) / len(rows) * 1e6


def theirs(script: str, wanted: list[str], folder: Path, rows: Path) -> float | str:
    """Microseconds a row in an environment of its own; or the last line of what went wrong."""
    python = folder / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", "-q", *wanted],
        [str(python), "-c", script, str(rows)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"not measured: {(done.stderr.strip() or 'no reason given').splitlines()[-1][:80]}"
    return float(done.stdout.split()[-1])


def main() -> None:
    """Measure all three."""
    build, folder = artefact.load(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    spans = (row for row in build["train"] if row["type"] == "span_extraction")
    rows = list(islice(spans, ROWS))
    path = folder / "rows.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            question = json.loads(row["example"])
            answer = row["messages"][-1]["content"]
            plain = {"text": question["text"], "labels": ", ".join(question["labels"]), "answer": answer}
            out.write(json.dumps(plain) + "\n")
    found: dict[str, float | str] = {"medinstruct, prompt, answer and parse-back": ours(rows)}
    for n, (who, (script, wanted)) in enumerate(OTHERS.items()):
        found[who] = theirs(script, wanted, folder / f"env-{n}", path)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
