"""What comes in with the package: nothing heavy, so that the first word is answered at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import medinstruct

HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "pandas",
    "spacy",
    "sklearn",
    "scipy",
    "huggingface_hub",
    "polars",
    "duckdb",
    "matplotlib",
    "ray",
}
"""Packages that take a second or more, or a network."""

TELL = "import json, sys; {}; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"


def loaded(code: str) -> set[str]:
    """The packages that a fresh interpreter has after `code`."""
    run = subprocess.run(
        [sys.executable, "-c", TELL.format(code)], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_the_package_alone_loads_next_to_nothing():
    found = loaded("import medinstruct")

    assert not found & (HEAVY | {"pyarrow", "numpy", "pydantic", "jinja2", "yaml", "typer", "rich"})
    assert "medinstruct" in found


HELP = (
    "import contextlib, io, medinstruct.cli\\n"
    "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): "
    "sys.argv = {argv!r}; medinstruct.cli.main()"
)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["build", "--help"], ["ls", "recipes"]])
def test_help_and_lists_load_nothing_heavy(words):
    found = loaded(f'exec("""{HELP.format(argv=["medinstruct", *words])}""")')

    assert "typer" in found
    assert not found & (HEAVY | {"pyarrow"})


@pytest.mark.parametrize(
    "module",
    ["document", "errors", "sample", "license", "source", "shelf", "text", "tasks", "template", "recipe", "engine", "formats.pubtator",
     "mixture.draw", "mixture.guard", "corpora"],
)  # fmt: skip
def test_no_room_needs_anything_heavy(module):
    assert not loaded(f"import medinstruct.{module}") & HEAVY


def test_help_is_printed():
    code = "import sys; from medinstruct.cli import main; sys.argv = ['medinstruct', '--help']; main()"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert run.returncode == 0, run.stderr
    assert "build" in run.stdout


def test_no_submodule_hides_a_function_of_its_name():
    code = (
        "import medinstruct, medinstruct.builder, medinstruct.artefact, medinstruct.cli\n"
        "assert callable(medinstruct.build) and callable(medinstruct.load)"
    )

    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

    assert not {path.stem for path in Path(medinstruct.__file__).parent.iterdir()} & set(medinstruct.__all__)


EVERYTHING = """
import importlib, pkgutil, sys

NOT_ALONE = {"medinstruct.__main__", *(f"medinstruct.trainer.{name}" for name in ("loop", "rewards", "watching"))}
# loaded by a training alone; torch, trl and datasets behind them write and call
REFUSED = {
    "socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"
}

def refuse(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set("wax+") & set(arguments[1])
    if event in REFUSED or writes:
        sys.exit(f"an import calls {event} with {arguments}")

sys.addaudithook(refuse)
import medinstruct
names = [found.name for found in pkgutil.walk_packages(medinstruct.__path__, "medinstruct.")]
for name in names:
    if name not in NOT_ALONE:
        importlib.import_module(name)
sys.stderr.write(str(len(names)))
"""


def test_no_import_writes_prints_or_calls_out(tmp_path):
    ours = ("XDG_", "MEDINSTRUCT_", "HF_")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    variables |= {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    run = subprocess.run(
        [sys.executable, "-c", EVERYTHING], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300
    )

    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert int(run.stderr) > 100, "modules were found"
    assert list(tmp_path.iterdir()) == []
