"""How fast a build is: one table of ratios, all of one run.

    python bench/speed.py --data DIR [--rounds 3] [--rows 200000] [--only floor,build,…]

row        what
floor      one process, the same rows and columns already in memory: Jinja's own sandbox, Parquet with zstd, no garbage collection
build      the whole from raw files, everything on; the same asked again; memory of all its processes at its highest
usual      a plain script with `datasets`, from raw files and from the finished questions on: no guard, duplicates, checks or lineage (usual.py)
per row    prompt, answer and parse-back of one row; beside unitxt and PromptSource where pip can install them (others.py)
two        two processes against one
start      import, --help, ls, the quickstart: seconds and modules
readers    what readers.py prints
scale ray  what scale.py and cluster.py print

Seconds are of the clock, medians of the rounds, every step in a process of its own: a busy machine shows in all of them, and the
seconds of the processor stand beside. Every build that is timed must have the digest of the first, whose rows are counted and
hashed again from its files; no check can be switched off.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from medinstruct import artefact

BENCH = Path(__file__).parent
RESULTS = BENCH / "results"
RECIPE = BENCH.parent / "recipes" / "mnlu-open.yaml"
TODAY = time.strftime("%Y-%m-%d")
PACKAGES = ("medinstruct", "pyarrow", "pydantic", "jinja2", "numpy", "datasets")


class Run(NamedTuple):
    """What a command took."""

    seconds: float
    processor: float
    """Seconds of the processor, of all its processes."""
    peak: float
    """GB of memory of all its processes together at its highest, what they share counted once; without `mapped`."""
    mapped: float
    """GB of files that they have mapped, at its highest: pages that the system writes nowhere and takes back when it needs them."""
    out: str


def timed(command: list[str], **environment: str) -> Run:
    """Run a command and return what it took.

    Raises:
        SystemExit: with the end of its output, if it fails.
    """
    before, began = os.times(), time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | environment)
        watch = _Watch(process.pid)
        watch.start()
        process.wait()
        seconds = time.perf_counter() - began
        watch.join()
        out.seek(0)
        said = out.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said[-3000:]}")
    after = os.times()
    own = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(seconds, max(own, watch.processor), watch.peak / 1e6, watch.mapped / 1e6, said)


class _Watch(threading.Thread):
    """Looks at the memory and the processor's time of a process and all below it: up to ten times a second, and for no more
    than a thirtieth of the time, as it takes from what it looks at.
    """

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.peak, self.mapped = root, 0, 0
        self._ticks: dict[int, int] = {}

    @property
    def processor(self) -> float:
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def run(self) -> None:
        while Path(f"/proc/{self.root}/smaps_rollup").exists():
            began = time.thread_time()
            held, mapped = map(sum, zip(*map(self._look, self._tree())))
            self.peak, self.mapped = max(self.peak, held), max(self.mapped, mapped)
            time.sleep(max(0.1, 30 * (time.thread_time() - began)))

    def _tree(self) -> list[int]:
        found = [self.root]
        for process in found:
            for path in Path(f"/proc/{process}/task").glob("*/children"):
                found += map(int, _read(path).split())
        return found

    def _look(self, process: int) -> tuple[int, int]:
        if fields := _read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split():
            self._ticks[process] = int(fields[11]) + int(fields[12])
        pages = dict(re.findall(r"^(Pss\w*):\s+(\d+)", _read(Path(f"/proc/{process}/smaps_rollup")), re.M))
        mapped = int(pages.get("Pss_File", 0))
        return int(pages.get("Pss", 0)) - mapped, mapped


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


class Bench:
    """The rows of the table, as they are measured."""

    def __init__(self, recipe: Path, data: Path, rows: int, rounds: int, work: Path) -> None:
        self.data, self.rows, self.rounds, self.work = data, rows, rounds, work
        self.recipe = work / f"{recipe.stem}-{rows // 1000}k.yaml"
        text = recipe.read_text(encoding="utf-8").replace(
            ": 30000", f": {rows * 3 // 10}"
        )  # its caps are for 100,000 rows
        self.recipe.write_text(re.sub(r"(?m)^size: .*$", f"size: {rows}", text), encoding="utf-8")
        self.lines: list[tuple[str, str, str, str]] = []
        self.raw: dict[str, Any] = {}
        self.digest = ""

    def line(self, row: str, what: str, figure: str, against: str = "") -> None:
        self.lines.append((row, what, figure, against))
        print(f"{row:<9} {what:<46} {figure:>26}  {against}", flush=True)

    def median(self, name: str, command: list[str], **environment: str) -> Run:
        """The median of some rounds of a command."""
        runs = [timed(command, **environment) for _ in range(self.rounds)]
        self.raw[name] = [
            {"seconds": run.seconds, "processor": run.processor, "peak_gb": run.peak, "mapped_gb": run.mapped}
            for run in runs
        ]
        return Run(*(median(column) for column in zip(*(run[:4] for run in runs))), runs[-1].out)

    def out(self, workers: int) -> Path:
        return self.work / f"out-{workers}"

    def build(self, workers: int) -> list[str]:
        """The command that builds."""
        return self.step("building.py", str(self.recipe), str(self.data), str(self.out(workers)), str(workers))

    def cold(self, workers: int) -> Run:
        """The median of builds from nothing; every one has the digest of the first."""
        runs, stages = [], []
        for _ in range(self.rounds):
            shutil.rmtree(self.out(workers), ignore_errors=True)
            runs.append(timed(self.build(workers)))
            stages.append(json.loads(runs[-1].out.splitlines()[-1]))
            self._check(self.out(workers))
        self.raw[f"build, {workers} processes"] = [run[:4] for run in runs]
        self.raw[f"stages, {workers} processes"] = stages
        return Run(*(median(column) for column in zip(*(run[:4] for run in runs))), "")

    def _check(self, out: Path) -> None:
        built = artefact.load(out)
        if not self.digest:
            self.digest = built.digest
            content = hashlib.sha256()
            for role in built:
                for rows in built[role].files:
                    content.update(f"{role}\n".encode() + b"".join(map(artefact.row_hash, artefact.Rows([rows]))))
            if content.hexdigest() != built.digest or sum(map(len, built.values())) < self.rows:
                raise SystemExit(f"{out} does not hold {self.rows:,} rows of digest {built.digest}")
        if built.digest != self.digest:
            raise SystemExit(f"{out} has digest {built.digest}, the checked build {self.digest}")

    def step(self, script: str, *arguments: str) -> list[str]:
        return [sys.executable, str(BENCH / script), *arguments]


def floor_and_build(bench: Bench) -> None:
    """Rows 1 and 2."""
    built = bench.cold(2)
    again = bench.median("asked again", bench.build(2))
    floor = bench.median("floor", bench.step("floor.py", str(bench.out(2)), str(bench.work / "floor")))
    seconds = float(floor.out.split()[-1])
    bench.raw["floor itself"] = seconds
    bench.line("floor", f"{bench.rows:,} rows from memory", f"{seconds:.2f} s")
    bench.line(
        "build",
        "cold, 2 processes, everything on",
        f"{built.seconds:.1f} s",
        f"{built.seconds / seconds:.1f} × floor (at most 6)",
    )
    bench.line("build", "seconds of the processor", f"{built.processor:.1f} s")
    bench.line(
        "build",
        "memory of all processes at its highest",
        f"{built.peak:.2f} GB",
        f"(at most 1.5; {built.mapped:.2f} of mapped files)",
    )
    bench.line(
        "build",
        "unchanged, asked again",
        f"{again.seconds:.2f} s",
        f"{again.seconds / seconds:.2f} × floor (at most 0.25)",
    )


def usual(bench: Bench) -> None:
    """Row 3: a plain script, from raw files as a build, and from where our writers of rows begin."""
    script = bench.step("usual.py", str(bench.out(2)))
    raw = bench.median("usual, raw", [*script, str(bench.work / "raw"), "--raw", str(bench.recipe), str(bench.data)])
    plain = bench.median("usual", [*script, str(bench.work / "usual")])
    built = median(run[0] for run in bench.raw["build, 2 processes"])
    seconds = median(stages["writing rows"][0] for stages in bench.raw["stages, 2 processes"])
    bench.line("usual", "`datasets` from raw files, with our readers", f"{raw.seconds:.1f} s")
    faster = f"{raw.seconds / built:.2f} × as fast (at least 2)"
    bench.line("usual", "ours, from raw files, everything on", f"{built:.1f} s", faster)
    bench.line("usual", "`datasets` from finished questions", f"{plain.seconds:.1f} s")
    times = f"{plain.seconds / seconds:.2f} × as fast (at least 4)"
    bench.line("usual", "ours, the same steps and every row read back", f"{seconds:.1f} s", times)
    bench.line(
        "usual", "ours, from raw files, against finished questions", "", f"{plain.seconds / built:.2f} × as fast"
    )


def per_row(bench: Bench) -> None:
    """Row 3: one row."""
    found = json.loads(
        timed(bench.step("others.py", str(bench.out(2)), str(bench.work / "others"))).out.splitlines()[-1]
    )
    bench.raw["per row"] = found
    for who, figure in found.items():
        bench.line("per row", who, f"{figure:.1f} µs" if isinstance(figure, float) else str(figure))


def two(bench: Bench) -> None:
    """Row 5."""
    one = bench.cold(1)
    both = median(run[0] for run in bench.raw["build, 2 processes"])
    bench.line(
        "two", "cold, 1 process", f"{one.seconds:.1f} s", f"two are {one.seconds / both:.2f} × as fast (at least 1.8)"
    )


def start(bench: Bench) -> None:
    """Row 6."""
    run = "from medinstruct.cli import main\ntry: main()\nfinally: print(len(sys.modules), file=sys.__stdout__)"
    cli = f"import sys; sys.argv = ['medinstruct', {{}}]; {run}"
    steps = {
        "import medinstruct": "import sys, medinstruct; print(len(sys.modules))",
        "medinstruct --help": cli.format("'--help'"),
        "medinstruct ls": cli.format("'ls', 'recipes'"),
        "medinstruct build quickstart": cli.format(f"'build', 'quickstart', '--samples', '--force', '--out', {str(bench.work / 'quick')!r}"),
    }  # fmt: skip
    for what, code in steps.items():
        run = bench.median(what, [sys.executable, "-c", code])
        bench.line("start", what, f"{run.seconds:.2f} s", f"{run.out.split()[-1]} modules")


def readers(bench: Bench) -> None:
    """Row 7."""
    run = timed([*bench.step("readers.py"), "--data", str(bench.data), "--rounds", str(bench.rounds)])
    bench.raw["readers"] = run.out.partition("# Readers")[2]  # before it stand the same lines as they are measured
    bench.line("readers", "see below", "")


def scale(bench: Bench) -> None:
    """Row 4; its corpora are made of nothing."""
    told(bench, "scale", bench.step("scale.py"))


def ray(bench: Bench) -> None:
    """Row 5, on a cluster of this machine."""
    told(
        bench,
        "ray",
        bench.step("cluster.py", "--data", str(bench.data), "--rows", str(bench.rows), "--recipe", str(bench.recipe)),
    )


def told(bench: Bench, name: str, command: list[str]) -> None:
    """Lines of a script that prints `what<TAB>figure<TAB>against`."""
    for line in timed(command).out.splitlines():
        if "\t" in line:
            bench.line(name, *line.split("\t"))


STEPS: dict[str, Callable[[Bench], None]] = {
    "build": floor_and_build, "usual": usual, "per row": per_row, "scale": scale, "two": two, "ray": ray,
    "start": start, "readers": readers,
}  # fmt: skip


def machine() -> str:
    """The machine and the versions, in a line."""
    model = re.search(r"model name\s*: (.*)", _read(Path("/proc/cpuinfo")))
    memory = re.search(r"MemTotal:\s+(\d+)", _read(Path("/proc/meminfo")))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores ({model[1] if model else platform.processor()}), {int(memory[1]) // 1_000_000 if memory else '?'} GB, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, {packages}"
    )


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real corpora")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of speed.md and speed.json")
    parser.add_argument(
        "--only",
        default="",
        help=f"of {', '.join(STEPS)}, parted by commas; most need `build`, others stay as they were",
    )
    options = parser.parse_args()
    said = f"{TODAY}, {options.rows:,} rows, {options.rounds} rounds: {machine()}"
    print(said)
    wanted = options.only.split(",") if options.only else list(STEPS)
    known = json.loads(_read(options.results / "speed.json") or "{}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.recipe, options.data, options.rows, options.rounds, Path(folder))
        for name, step in STEPS.items():
            if name in wanted:
                bench.lines, before = [], set(bench.raw)
                step(bench)
                runs = {key: value for key, value in bench.raw.items() if key not in before}
                known[name] = {"measured": said, "digest": bench.digest, "lines": bench.lines, "runs": runs}
                write(options.results, known)


def write(folder: Path, known: dict[str, Any]) -> None:
    """Write what is known of every step, of this run or of an earlier one, as a table and as JSON."""
    steps = {name: known[name] for name in STEPS if name in known}
    lines = [f"| {' | '.join(line)} |" for step in steps.values() for line in step["lines"]]
    notes: dict[str, list[str]] = {}
    for name, step in steps.items():
        notes.setdefault(f"{step['measured']}. Digest {step['digest'][:16] or '(none)'}.", []).append(name)
    parts = [
        "# Speed",
        "By `python bench/speed.py`.",
        "\n".join(["| | what | figure | |", "|---|---|---|---|", *lines]),
        *(f"{', '.join(names)}: {note}" for note, names in notes.items()),
        *(f"```\n{step['runs']['readers'].strip()}\n```" for name, step in steps.items() if name == "readers"),
    ]
    artefact.write_text(folder / "speed.md", "\n\n".join(parts) + "\n")
    artefact.write_json(folder / "speed.json", steps)


if __name__ == "__main__":
    main()
