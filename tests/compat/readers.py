"""A build read by other versions and other readers, each in an environment of its own.

    python tests/compat/readers.py [FOLDER]        all of them, into .venv-compat/<name>; a few minutes when it is run first

Every reader gets the folder and nothing of this package; it must find the same number of rows, the same ids in the same order, and the
same first conversation. With a FOLDER of a build that one is read, else the bundled samples of `quickstart`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

DATASETS = """
import datasets
found = datasets.load_dataset(folder, split="train")
streamed = datasets.load_dataset(folder, split="train", streaming=True)
ids, first = found["id"], found[0]["messages"]
assert [row["id"] for row in streamed] == list(ids)
"""
PANDAS = """
import pandas, glob
frame = pandas.concat([pandas.read_parquet(file) for file in sorted(glob.glob(folder + "/data/train-*"))])
ids, first = list(frame["id"]), [dict(turn) for turn in frame["messages"].iloc[0]]
"""
POLARS = """
import polars
frame = polars.read_parquet(folder + "/data/train-*.parquet")
ids, first = frame["id"].to_list(), frame["messages"][0].to_list()
"""
DUCKDB = """
import duckdb
rows = duckdb.sql("select id, messages from '" + folder + "/data/train-*.parquet'").fetchall()
ids, first = [id for id, _ in rows], rows[0][1]
"""
TRL = """
import datasets, json, tempfile
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer
found = datasets.load_dataset(folder, split="train")
ids, first = found["id"], found[0]["messages"]
raw = Tokenizer(models.BPE(unk_token="<unk>")); raw.pre_tokenizer = pre_tokenizers.ByteLevel()
raw.train_from_iterator([turn["content"] for row in found for turn in row["messages"]],
                        trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>", "<pad>", "</s>"]))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", pad_token="<pad>", eos_token="</s>")
tokenizer.chat_template = "{% for m in messages %}{{ m.role }}: {% generation %}{{ m.content }}</s>{% endgeneration %}{% endfor %}"
model = LlamaForCausalLM(LlamaConfig(vocab_size=600, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2))
with tempfile.TemporaryDirectory() as out:
    settings = SFTConfig(output_dir=out, max_steps=2, per_device_train_batch_size=2, use_cpu=True, bf16=False, report_to="none",
                         max_length=128, save_strategy="no")
    trainer = SFTTrainer(model=model, args=settings, train_dataset=found, processing_class=tokenizer)
    assert trainer.train().global_step == 2
"""

READERS: dict[str, tuple[tuple[str, ...], str]] = {
    "datasets-2.21": (("datasets==2.21.0", "numpy<2", "pyarrow<18"), DATASETS),
    "datasets-3.6": (("datasets==3.6.0",), DATASETS),
    "datasets-4.8": (("datasets==4.8.*",), DATASETS),
    "datasets-newest": (("datasets",), DATASETS),
    "pandas-2.2": (("pandas==2.2.3", "pyarrow==17.0.0", "numpy<2"), PANDAS),
    "pandas-newest": (("pandas", "pyarrow"), PANDAS),
    "polars": (("polars",), POLARS),
    "duckdb": (("duckdb",), DUCKDB),
    "trl": (("trl", "datasets", "transformers", "torch", "tokenizers"), TRL),
}
"""What each environment holds, and how it reads; `folder` is given, `ids` and `first` are to be found."""

HOME = Path(__file__).parents[2]
TELL = "\nimport json\nprint('FOUND', json.dumps([list(ids), [{'role': t['role'], 'content': t['content']} for t in first]]))\n"


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """The interpreter of an environment; made when it is not there."""
    folder = HOME / ".venv-compat" / name
    if not (folder / "done").exists():
        venv.create(folder, with_pip=True, clear=True)
        constraints = str(HOME / "constraints.txt")
        subprocess.run([folder / "bin" / "pip", "install", "-q", "-c", constraints, *packages], check=True)
        (folder / "done").touch()
    return folder / "bin" / "python"


def read(name: str, folder: Path, scratch: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The ids and the first conversation that a reader finds."""
    packages, code = READERS[name]
    python = environment(name, packages)
    script = f"folder = {str(folder)!r}\n{code}{TELL}"
    surroundings = {
        "HF_HOME": str(scratch / name),
        "HF_HUB_OFFLINE": "1",
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch),
    }
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, env=surroundings, check=False, cwd=scratch
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if done.returncode or not told:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    ids, first = json.loads(told[0].removeprefix("FOUND "))
    return ids, first


def main() -> None:
    """Read a build with every reader, and say what each finds."""
    import medinstruct

    with tempfile.TemporaryDirectory() as home:
        scratch = Path(home)
        build = (
            medinstruct.load(sys.argv[1])
            if sys.argv[1:]
            else medinstruct.build("quickstart", samples=True, out=scratch / "build")
        )
        due = [row["id"] for row in build["train"]], build["train"][0]["messages"]
        wrong = 0
        for name in READERS:
            same = read(name, build.folder.resolve(), scratch) == due
            wrong += not same
            print(f"{name:16} {'equal' if same else 'OTHER'}: {len(due[0]):,} rows", flush=True)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
