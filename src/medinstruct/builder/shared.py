"""Finished parts that several builds share, so that a family of them reads each source once.

A part serves another build if the same split of the same files is asked the same, with the same wordings and guard. If
the entries that ask stand at other places of the other recipe, the places are written anew; nothing else differs.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from medinstruct.builder.part import SOURCES, PartReport, PartTask


def lend(folder: Path, task: PartTask, key: str) -> None:
    """Put a part that another build finished to where this one looks for its own, if there is one."""
    stored = folder / f"{key}.json"
    if not stored.exists() or Path(f"{task.spool}.json").exists():
        return
    found: dict[str, Any] = json.loads(stored.read_text(encoding="utf-8"))
    moved = dict(zip(found["places"], task.slice.places))
    unfinished = f"{task.spool}.tmp"
    if all(before == after for before, after in moved.items()):
        os.link(folder / f"{key}.arrow", unfinished)
    else:
        _renumber(folder / f"{key}.arrow", unfinished, moved)
    os.replace(unfinished, task.spool)
    Path(f"{task.spool}{SOURCES}").unlink(missing_ok=True)
    os.link(folder / f"{key}{SOURCES}", f"{task.spool}{SOURCES}")
    report = found["report"] | {"spool": task.spool}
    report["rows"] = {str(moved[int(place)]): count for place, count in report["rows"].items()}
    report["refusals"] = {_moved(name, moved): counts for name, counts in report["refusals"].items()}
    _write(Path(f"{task.spool}.json"), report)


def keep(folder: Path, task: PartTask, key: str, report: PartReport) -> None:
    """Keep a finished part for other builds; the folder is on the disk of the build."""
    if not (folder / f"{key}.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for spooled, kept in ((task.spool, f"{key}.arrow"), (f"{task.spool}{SOURCES}", f"{key}{SOURCES}")):
            (folder / kept).unlink(missing_ok=True)
            os.link(spooled, folder / kept)
        _write(folder / f"{key}.json", {"places": task.slice.places, "report": asdict(report)})


def _renumber(spool: Path, to: str, moved: dict[int, int]) -> None:
    table = np.zeros(max(moved) + 1, np.int16)
    table[list(moved)] = list(moved.values())
    with pa.memory_map(str(spool)) as mapped, pa.OSFile(to, "wb") as sink:
        source = pa.ipc.open_file(mapped)
        at = source.schema.get_field_index("place")
        with pa.ipc.new_file(sink, source.schema) as writer:
            for n in range(source.num_record_batches):
                batch = source.get_batch(n)
                places = pa.array(table[batch.column(at).to_numpy()])
                writer.write_batch(batch.set_column(at, source.schema.field(at), places))


def _moved(name: str, moved: dict[int, int]) -> str:
    """`3:lines` as it is called where entry 3 stands at another place."""
    place, _, rest = name.partition(":")
    return f"{moved[int(place)]}:{rest}"


def _write(path: Path, value: Any) -> None:
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)
