"""The floor: what it takes to render and write the rows of a build, and nothing else.

    python bench/floor.py BUILD OUT

Every row's fields, answer and other columns are in memory before the clock starts, as a script in Python would have them. Then
the bodies of the same templates are rendered by Jinja's own sandbox, compiled, without our limits, and the table is written in
the same shards. The last word of the output is the seconds.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.parquet as pq
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from medinstruct import artefact, tasks, template


class NoneIsAName(NodeTransformer):
    """Formats have a word for nothing, which templates call `none`."""

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:
        return nodes.Name("none", "load", lineno=node.lineno) if node.value is None else node


ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)


@cache
def body(name: str) -> tuple[template.Template, jinja2.Template]:
    """A template, and its body as Jinja alone compiles it."""
    found = template.load(name)
    text = "\n".join(found.source.replace("\r\n", "\n").split("\n")[found.body_line :])
    return found, ENVIRONMENT.from_string(NoneIsAName().visit(ENVIRONMENT.parse(text)))


def prepared(row: dict[str, Any]) -> tuple[jinja2.Template, dict[str, Any], list[dict[str, str]]]:
    """The body, its fields, and the turns around the prompt."""
    found, compiled = body(row["template"])
    question = tasks.load(row["type"]).question.model_validate_json(row["example"])
    added = {"shots": (), **found.answer.fields(question)}
    fields = {name: added[name] if name in added else getattr(question, name) for name in found.body.fields}
    return compiled, fields, row["messages"]


def main() -> None:
    """Prepare, render, write."""
    build, out = artefact.load(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    shards = [list(artefact.Rows([file])) for role in build for file in build[role].files]
    ready = [[prepared(row) for row in rows] for rows in shards]
    names = [name for name in artefact.SCHEMA.names if name != "messages"]
    columns = [{name: [row[name] for row in rows] for name in names} for rows in shards]
    gc.collect()
    gc.freeze()
    gc.disable()
    began = time.perf_counter()
    same = 0
    for n, (rows, known) in enumerate(zip(ready, columns)):
        messages = []
        for compiled, fields, turns in rows:
            prompt = compiled.render(fields).strip("\n")
            same += prompt == turns[-2]["content"]
            messages.append([*turns[:-2], {"role": "user", "content": prompt}, turns[-1]])
        arrays = [
            pa.array(messages if name == "messages" else known[name], artefact.SCHEMA.field(name).type)
            for name in artefact.SCHEMA.names
        ]
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=artefact.SCHEMA),
            out / f"{n}.parquet",
            compression="zstd",
            store_schema=False,
        )
    seconds = time.perf_counter() - began
    print(json.dumps({"rows": sum(map(len, ready)), "same_prompts": same}))
    print(seconds)


if __name__ == "__main__":
    main()
