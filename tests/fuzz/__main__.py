"""The driver: `python -m tests.fuzz --help`."""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import re
import sys
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from medinstruct.source import File

from .archives import pack
from .mutate import mutate
from .seeds import Seed, seeds
from .survive import Crash, limit_memory, shrink, survive, unpack

SLICE_S = 20.0
"""How long one format is at it before the next has its turn."""
GRACE_S = 60.0
"""How long a silent child may be, beyond its slice, before it is ended."""
ARCHIVES = "archives"
Hit = tuple[int, Crash]
CONTEXT = multiprocessing.get_context("fork")


def main() -> int:
    """Fuzz for so many minutes; return 1 if anything was found."""
    options = _options()
    found = seeds(options.data)
    every = [seed for others in found.values() for seed in others if seed.name.endswith("sample")]
    found[ARCHIVES] = every
    if empty := [name for name, of in found.items() if not of]:
        print(f"no seed for {', '.join(empty)}", file=sys.stderr)
        return 2
    if options.replay:
        return _replay(found, options.replay, options.seed)
    names = [name for name in found if not options.only or name in options.only.split(",")]
    totals, kinds = _run(names, found, options)
    print(_table(names, totals, kinds, options.seed))
    return 1 if kinds else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of all formats together")
    parser.add_argument("--data", type=Path, help="folder of real corpora; without it the samples alone are mutated")
    parser.add_argument("--only", default="", help="formats, parted by commas; `archives` is one here")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0, help="number of the first input")
    parser.add_argument("--out", type=Path, help="folder for what is found; it holds pieces of what was mutated")
    parser.add_argument("--replay", default="", metavar="FORMAT:NUMBER", help="show what one input comes to")
    return parser.parse_args()


def make(of: list[Seed], name: str, number: int, seed: int) -> tuple[Seed, list[File]]:
    """Return the input of that number: which seed, and its files mutated."""
    rng = Random(f"{seed}:{name}:{number}")
    chosen = rng.choice(of)
    if name == ARCHIVES:
        return Seed(chosen.name, chosen.files, unpack), [pack(list(chosen.files), rng)]
    return chosen, mutate(list(chosen.files), rng)


def _run(
    names: list[str], found: dict[str, list[Seed]], options: argparse.Namespace
) -> tuple[dict[str, Counter[str]], dict[str, tuple[str, int]]]:
    """Give each format its turns until the time is up; return counts by format, and the first input of each kind."""
    totals: dict[str, Counter[str]] = {name: Counter() for name in names}
    kinds: dict[str, tuple[str, int]] = {}
    nexts = dict.fromkeys(names, options.start)
    end = time.monotonic() + options.minutes * 60
    length = min(SLICE_S, options.minutes * 60 / len(names))
    while time.monotonic() < end:
        for name in names:
            if time.monotonic() >= end:
                break
            hits, nexts[name] = _turn(name, found[name], nexts[name], length, options.seed, totals[name])
            for number, crash in hits:
                totals[name]["crashes"] += 1
                if f"{name}: {crash.kind}" not in kinds:
                    kinds[f"{name}: {crash.kind}"] = (name, number)
                    print(f"{name}:{number} {crash.kind}", flush=True)
                    if options.out:
                        _keep(options.out, name, number, found[name], options.seed, crash)
    return totals, kinds


def _turn(
    name: str, of: list[Seed], start: int, seconds: float, seed: int, counts: Counter[str]
) -> tuple[list[Hit], int]:
    """Mutate and read in a child for some seconds; return what went wrong, and the number to go on with."""
    here, there = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=_child, args=(there, name, of, start, seconds, seed))
    child.start()
    there.close()
    hits: list[Hit] = []
    number = start
    try:
        while here.poll(seconds + GRACE_S):
            kind, value = here.recv()
            if kind == "at":
                number = value
            elif kind == "hit":
                hits.append((number, value))
            else:
                counts.update(value)
                return hits, number + 1
        hits.append((number, Crash("never came back", "")))
    except EOFError:
        child.join()
        hits.append((number, Crash(f"the process ended with {child.exitcode}", "")))
    finally:
        child.kill()
        child.join()
        here.close()
    return hits, number + 1


def _child(pipe: Connection, name: str, of: list[Seed], start: int, seconds: float, seed: int) -> None:
    limit_memory()
    counts: Counter[str] = Counter()
    end, number = time.monotonic() + seconds, start
    while time.monotonic() < end:
        pipe.send(("at", number))
        chosen, files = make(of, name, number, seed)
        if crash := survive(chosen.read, files, counts):
            pipe.send(("hit", crash))
        counts["inputs"] += 1
        counts["bytes"] += sum(len(file.data) for file in files)
        number += 1
    pipe.send(("done", counts))


def _keep(out: Path, name: str, number: int, of: list[Seed], seed: int, crash: Crash) -> None:
    """Write the input, made small, and what was said."""
    chosen, files = make(of, name, number, seed)
    digest = hashlib.sha256(crash.kind.encode()).hexdigest()[:8]
    folder = out / f"{name}-{number}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    small = files
    if crash.trace and "TooSlow" not in crash.kind and "MemoryError" not in crash.kind:
        small = shrink(chosen.read, files, crash.kind)
    (folder / "said.txt").write_text(f"{chosen.name}\n{crash.kind}\n{crash.trace}", errors="replace")
    for at, file in enumerate(small):
        (folder / f"{at}-{re.sub('[^A-Za-z0-9.]', '_', file.name)[-60:]}").write_bytes(file.data)


def _replay(found: dict[str, list[Seed]], which: str, seed: int) -> int:
    name, _, number = which.partition(":")
    chosen, files = make(found[name], name, int(number), seed)
    before = time.process_time()
    counts: Counter[str] = Counter()
    crash = survive(chosen.read, files, counts)
    sizes = {file.name: len(file.data) for file in files}
    print(chosen.name, json.dumps(sizes), dict(counts), f"{time.process_time() - before:.2f} s")
    print(f"{crash.kind}\n{crash.trace}" if crash else "survived")
    return 1 if crash else 0


def _table(names: list[str], totals: dict[str, Counter[str]], kinds: dict[str, tuple[str, int]], seed: int) -> str:
    columns = ("inputs", "records", "broken", "refused", "crashes")
    lines = [
        f"seed {seed}",
        " ".join([f"{'format':16}", *(f"{column:>10}" for column in columns), f"{'MB':>8}"]),
    ]
    for name in names:
        of = totals[name]
        lines.append(
            " ".join(
                [
                    f"{name:16}",
                    *(f"{of[column]:10,}" for column in columns),
                    f"{of['bytes'] / 1e6:8.1f}",
                ]
            )
        )
    lines.append(f"{sum(of['inputs'] for of in totals.values()):,} inputs, {len(kinds)} kinds of crashes")
    return "\n".join([*lines, *(f"  {kind}   (--replay {name}:{number})" for kind, (name, number) in kinds.items())])


if __name__ == "__main__":
    sys.exit(main())
